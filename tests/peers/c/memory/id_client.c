/* id_client: makes a segment without a key and waits for Enter, while a server
 * that is told its id changes the number in it. */
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void) {
  const int id = shmget(IPC_PRIVATE, 10, 0666);
  if (id == -1) {
    perror("shmget");
    return 1;
  }
  printf("Allocated with shm id %d\n", id);

  int *memory = shmat(id, NULL, 0);
  if (memory == (void *)-1) {
    perror("shmat");
    shmctl(id, IPC_RMID, NULL);
    return 1;
  }
  printf("Attached --> Mem contents %d\n", *memory);
  __atomic_store_n(memory, 100, __ATOMIC_RELEASE);

  printf("Start other process-->");
  fflush(stdout);
  getchar();
  printf("mem is now %d\n", __atomic_load_n(memory, __ATOMIC_ACQUIRE));

  const int result = shmctl(id, IPC_RMID, NULL);
  if (result == -1) {
    perror("shmctl");
    return 1;
  }
  printf("Removed %d\n", result);
  return 0;
}
