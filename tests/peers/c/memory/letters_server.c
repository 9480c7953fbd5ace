/* letters_server [KEY]: shows each letter that a client puts into a segment of
 * one byte with key 1234, until it is a q. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "pause.h"

int main(int argc, char **argv) {
  const key_t key = argc > 1 ? (key_t)strtol(argv[1], NULL, 0) : 1234;
  const int id = shmget(key, 1, IPC_CREAT | 0666);
  if (id == -1) {
    perror("shmget");
    return 1;
  }
  char *memory = shmat(id, NULL, 0);
  if (memory == (void *)-1) {
    perror("shmat");
    return 1;
  }

  *memory = 0;
  char letter = 0;
  while (letter != 'q') {
    pause_briefly();
    const char now = __atomic_load_n(memory, __ATOMIC_ACQUIRE);
    if (now == letter) continue;
    printf("You pressed %c\n", now);
    fflush(stdout);
    letter = now;
  }

  if (shmdt(memory) == -1) perror("shmdt");
  if (shmctl(id, IPC_RMID, NULL) == -1) perror("shmctl");
  return 0;
}
