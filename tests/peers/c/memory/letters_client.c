/* letters_client [KEY]: puts each letter that is typed, with Enter, into the
 * segment that the server made with key 1234, until it is a q.
 *
 * The size is that of the server: asking for more than a segment has is EINVAL.
 * The end of the input ends the program too. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(int argc, char **argv) {
  const key_t key = argc > 1 ? (key_t)strtol(argv[1], NULL, 0) : 1234;
  const int id = shmget(key, 1, 0666);
  if (id == -1) {
    perror("shmget");
    return 1;
  }
  char *memory = shmat(id, NULL, 0);
  if (memory == (void *)-1) {
    perror("shmat");
    return 1;
  }

  int typed;
  while ((typed = getchar()) != EOF) {
    if (typed == '\n') continue;
    __atomic_store_n(memory, (char)typed, __ATOMIC_RELEASE);
    if (typed == 'q') break;
  }

  if (shmdt(memory) == -1) {
    perror("shmdt");
    return 1;
  }
  return 0;
}
