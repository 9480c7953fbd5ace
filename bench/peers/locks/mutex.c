/*
 * Takes and releases a free mutex of the kind that the library makes: robust,
 * error-checking, shared between processes.
 *
 * Reads one number from stdin at a time, does so that often, and answers with
 * the nanoseconds that it took.
 */

#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static void must(int error, const char *what) {
  if (error == 0) return;
  fprintf(stderr, "%s: %s\n", what, strerror(error));
  exit(1);
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(void) {
  pthread_mutex_t *mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  must(mutex == MAP_FAILED ? 12 : 0, "mmap");
  pthread_mutexattr_t kind;
  must(pthread_mutexattr_init(&kind), "pthread_mutexattr_init");
  must(pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED),
       "pthread_mutexattr_setpshared");
  must(pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK),
       "pthread_mutexattr_settype");
  must(pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST),
       "pthread_mutexattr_setrobust");
  must(pthread_mutex_init(mutex, &kind), "pthread_mutex_init");

  long count;
  while (scanf("%ld", &count) == 1) {
    long long start = now();
    for (long i = 0; i < count; i++) {
      must(pthread_mutex_trylock(mutex), "pthread_mutex_trylock");
      must(pthread_mutex_unlock(mutex), "pthread_mutex_unlock");
    }
    printf("%lld\n", now() - start);
    fflush(stdout);
  }
  return 0;
}
