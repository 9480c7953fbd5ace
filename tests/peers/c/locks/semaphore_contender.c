/* Adds to a plain word under a semaphore that is a lock:
 *
 *   semaphore_contender PATH OFFSET WORD TIMES */
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  const int fd = open(argv[1], O_RDWR);
  struct stat status;
  if (fd == -1 || fstat(fd, &status) == -1) return perror("open"), 1;
  unsigned char *memory = mmap(NULL, (size_t)status.st_size,
                               PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return perror("mmap"), 1;
  sem_t *semaphore = (sem_t *)(void *)(memory + atol(argv[2]));
  volatile int *word = (volatile int *)(void *)memory + atol(argv[3]);
  printf("ready\n");
  fflush(stdout);
  for (long times = atol(argv[4]); times > 0; times--) {
    if (sem_wait(semaphore) != 0) return perror("sem_wait"), 1;
    *word = *word + 1;
    sem_post(semaphore);
  }
  printf("done\n");
  return 0;
}
