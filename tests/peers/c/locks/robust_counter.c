/* Takes a robust mutex again and again until the end of its input, and adds to
 * a word each time; repairs it after a death, and counts those in the next word:
 *
 *   robust_counter PATH OFFSET WORD */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  const int fd = open(argv[1], O_RDWR);
  struct stat status;
  if (fd == -1 || fstat(fd, &status) == -1) return perror("open"), 1;
  unsigned char *memory = mmap(NULL, (size_t)status.st_size,
                               PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return perror("mmap"), 1;
  pthread_mutex_t *mutex = (pthread_mutex_t *)(void *)(memory + atol(argv[2]));
  int *words = (int *)(void *)memory + atol(argv[3]);
  printf("ready\n");
  fflush(stdout);
  struct pollfd input = {.fd = 0, .events = POLLIN};
  while (poll(&input, 1, 0) == 0) {
    const int error = pthread_mutex_lock(mutex);
    if (error == EOWNERDEAD) {
      pthread_mutex_consistent(mutex);
      __atomic_fetch_add(words + 1, 1, __ATOMIC_SEQ_CST);
    } else if (error != 0) {
      return fprintf(stderr, "error %d\n", error), 1;
    }
    __atomic_fetch_add(words, 1, __ATOMIC_SEQ_CST);
    pthread_mutex_unlock(mutex);
  }
  return 0;
}
