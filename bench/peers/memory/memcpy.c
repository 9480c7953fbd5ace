/*
 * Copies messages one behind the other into shared memory, by memcpy alone.
 *
 * Takes the length of a message. Reads one number from stdin at a time, copies
 * so many messages, and answers with the nanoseconds that it took.
 */

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/* As much memory as a ring has, so that the same caches hold it. */
enum { CAPACITY = 1 << 20 };

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
  must(argc == 2, "the length is missing");
  size_t length = strtoull(argv[1], NULL, 10);
  char *target = mmap(NULL, CAPACITY, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  must(target != MAP_FAILED, "mmap");
  char *source = malloc(length);
  must(source != NULL, "malloc");
  memset(source, 7, length);
  memset(target, 1, CAPACITY);

  long count;
  while (scanf("%ld", &count) == 1) {
    size_t offset = 0;
    long long start = now();
    for (long i = 0; i < count; i++) {
      memcpy(target + offset, source, length);
      /* Or else the compiler may leave out all copies but the last. */
      __asm__ volatile("" : : "r"(target) : "memory");
      offset += length;
      if (offset + length > CAPACITY) offset = 0;
    }
    printf("%lld\n", now() - start);
    fflush(stdout);
  }
  return 0;
}
