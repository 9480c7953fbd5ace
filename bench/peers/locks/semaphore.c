/*
 * Posts and takes a semaphore in shared memory that nobody waits for.
 *
 * Reads one number from stdin at a time, does so that often, and answers with
 * the nanoseconds that it took.
 */

#define _GNU_SOURCE
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

static void must(int result, const char *what) {
  if (result != -1) return;
  perror(what);
  exit(1);
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(void) {
  sem_t *semaphore = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  must(semaphore == MAP_FAILED ? -1 : 0, "mmap");
  must(sem_init(semaphore, 1, 0), "sem_init");

  long count;
  while (scanf("%ld", &count) == 1) {
    long long start = now();
    for (long i = 0; i < count; i++) {
      must(sem_post(semaphore), "sem_post");
      must(sem_trywait(semaphore), "sem_trywait");
    }
    printf("%lld\n", now() - start);
    fflush(stdout);
  }
  return 0;
}
