/* segment_tour: create, attach, stat, write, detach, attach again at a fixed
 * address, read, remove. The twin of examples/memory/segment_tour.ts. */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>

enum { SIZE = 0x6400 };

static int fail(int id, const char *what) {
  perror(what);
  if (id != -1) shmctl(id, IPC_RMID, NULL);
  return 1;
}

int main(void) {
  const int id =
      shmget(IPC_PRIVATE, SIZE, IPC_CREAT | IPC_EXCL | S_IRUSR | S_IWUSR);
  if (id == -1) return fail(id, "shmget");

  char *memory = shmat(id, NULL, 0);
  if (memory == (void *)-1) return fail(id, "shmat");
  printf("shared memory attached at address %p\n", (void *)memory);

  struct shmid_ds status;
  if (shmctl(id, IPC_STAT, &status) == -1) return fail(id, "shmctl");
  printf("segment size: %zu\n", status.shm_segsz);
  strcpy(memory, "Hello, world.");
  if (shmdt(memory) == -1) return fail(id, "shmdt");

  memory = shmat(id, (void *)0x5000000, 0);
  if (memory == (void *)-1) return fail(id, "shmat at a fixed address");
  printf("shared memory reattached at address %p\n", (void *)memory);
  printf("%s\n", memory);
  if (shmdt(memory) == -1) return fail(id, "shmdt");

  if (shmctl(id, IPC_RMID, NULL) == -1) return fail(-1, "shmctl");
  return 0;
}
