/* id_server ID: attaches the segment with this id and sets its number to 200. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(int argc, char **argv) {
  int id;
  if (argc < 2 || sscanf(argv[1], "%d", &id) != 1) {
    fprintf(stderr, "Usage: %s ID\n", argv[0]);
    return 1;
  }
  printf("Id is %d\n", id);

  int *memory = shmat(id, NULL, 0);
  if (memory == (void *)-1) {
    perror("shmat");
    return 1;
  }
  printf("Attached--> Mem contents %d\n", *memory);
  __atomic_store_n(memory, 200, __ATOMIC_RELEASE);
  printf("Changed mem is now %d\n", *memory);

  const int result = shmdt(memory);
  if (result == -1) {
    perror("shmdt");
    return 1;
  }
  printf("Detachment %d\n", result);
  return 0;
}
