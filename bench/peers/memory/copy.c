/*
 * Copies ordinary memory into POSIX shared memory by memcpy.
 *
 * Takes the size in bytes as argument. Reads one number from stdin at a time,
 * copies that often, and answers with the nanoseconds that it took.
 */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static void must(int good, const char *what) {
  if (good) return;
  perror(what);
  exit(1);
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv) {
  must(argc == 2, "the size is missing");
  size_t size = strtoull(argv[1], NULL, 10);
  char name[64];
  snprintf(name, sizeof name, "/shmem-bench-c-%d", (int)getpid());
  int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  must(fd != -1, "shm_open");
  must(shm_unlink(name) == 0, "shm_unlink");
  must(ftruncate(fd, size) == 0, "ftruncate");
  must(posix_fallocate(fd, 0, size) == 0, "posix_fallocate");
  char *target = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  must(target != MAP_FAILED, "mmap");
  char *source = malloc(size);
  must(source != NULL, "malloc");
  memset(source, 7, size);
  memset(target, 1, size);

  long count;
  volatile char seen = 0;
  while (scanf("%ld", &count) == 1) {
    long long start = now();
    for (long i = 0; i < count; i++) {
      memcpy(target, source, size);
      /* Or else the compiler may leave out all copies but the last. */
      __asm__ volatile("" : : "r"(target) : "memory");
    }
    long long end = now();
    seen += target[size - 1];
    printf("%lld\n", end - start);
    fflush(stdout);
  }
  return 0;
}
