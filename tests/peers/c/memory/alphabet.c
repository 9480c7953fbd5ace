/* alphabet [child ID | COMMAND...]: a parent passes the alphabet to its child.
 * Without arguments the child is a fork and inherits the segment. With a
 * command, the child executes it, with the id of the segment as the last
 * argument; `alphabet child ID` is such a program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pause.h"

enum { SIZE = 27 };

static int read_letters(const char *memory) {
  /* Atomic: a plain load need not ever look again. */
  while (__atomic_load_n(&memory[SIZE - 2], __ATOMIC_ACQUIRE) != 'z')
    pause_briefly();
  printf("Reading: %s\n", memory);
  for (const char *letter = memory; *letter != '\0'; letter++) putchar(*letter);
  putchar('\n');
  return 0;
}

static int child(const char *id) {
  const char *memory = shmat(atoi(id), NULL, 0);
  if (memory == (void *)-1) {
    perror("shmat");
    return 1;
  }
  return read_letters(memory);
}

static int execute(int id, int argc, char **argv) {
  char digits[16];
  snprintf(digits, sizeof digits, "%d", id);
  char **command = calloc((size_t)argc + 1, sizeof *command);
  if (command == NULL) return 1;
  memcpy(command, argv + 1, (size_t)(argc - 1) * sizeof *command);
  command[argc - 1] = digits;
  execvp(command[0], command);
  perror(command[0]);
  return 1;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "child") == 0) return child(argv[2]);

  const int id =
      shmget(IPC_PRIVATE, SIZE, IPC_CREAT | IPC_EXCL | S_IRUSR | S_IWUSR);
  if (id == -1) {
    perror("shmget");
    return 1;
  }
  char *memory = shmat(id, NULL, 0);
  if (memory == (void *)-1) {
    perror("shmat");
    shmctl(id, IPC_RMID, NULL);
    return 1;
  }

  int status = 1;
  const pid_t pid = fork();
  if (pid == 0) exit(argc > 1 ? execute(id, argc, argv) : read_letters(memory));
  if (pid == -1) {
    perror("fork");
  } else {
    /* The end of the text first, and the z, which the child waits for, last. */
    memory[SIZE - 1] = '\0';
    for (int i = 0; i < SIZE - 2; i++) memory[i] = (char)('a' + i);
    __atomic_store_n(&memory[SIZE - 2], 'z', __ATOMIC_RELEASE);
    printf("Writing: %s\n", memory);
    fflush(stdout);
    waitpid(pid, &status, 0);
  }
  shmdt(memory);
  shmctl(id, IPC_RMID, NULL);
  return status == 0 ? 0 : 1;
}
