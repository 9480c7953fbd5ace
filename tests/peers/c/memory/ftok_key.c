/* ftok_key FILE: finds a segment of 1024 bytes by a file that everyone knows.
 * Leaves a message in it, or shows and removes what it finds. */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

enum { SIZE = 1024 };

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "Usage: %s FILE\n", argv[0]);
    return 1;
  }
  const key_t key = ftok(argv[1], 'A');
  if (key == -1) {
    perror(argv[1]);
    return 1;
  }
  const int id = shmget(key, SIZE, 0644 | IPC_CREAT);
  if (id == -1) {
    perror("shmget");
    return 1;
  }
  printf("key 0x%x has shm id %d\n", (unsigned)key, id);
  char *memory = shmat(id, NULL, 0);
  if (memory == (void *)-1) {
    perror("shmat");
    return 1;
  }
  if (*memory == '\0') {
    strcpy(memory, "Hello from C");
    printf("Left a message\n");
  } else {
    printf("Found a message: %.*s\n", SIZE, memory);
    shmctl(id, IPC_RMID, NULL);
  }
  shmdt(memory);
  return 0;
}
