/*
 * A seqlock: one value, one writer, readers that look again when they were
 * overtaken; or memcpy alone, into four places in turn.
 *
 * Takes the length of a value. Reads lines "write N", "read N", "copy N" from
 * stdin, does it so many times, and answers with the nanoseconds that it took.
 */

#define _GNU_SOURCE
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { PLACES = 4 };

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void write_value(atomic_uint *sequence, char *value, const char *source,
                        size_t length) {
  unsigned before = atomic_load_explicit(sequence, memory_order_relaxed);
  atomic_store_explicit(sequence, before + 1, memory_order_relaxed);
  atomic_thread_fence(memory_order_release);
  memcpy(value, source, length);
  atomic_store_explicit(sequence, before + 2, memory_order_release);
}

static void read_value(atomic_uint *sequence, const char *value, char *target,
                       size_t length) {
  for (;;) {
    unsigned before = atomic_load_explicit(sequence, memory_order_acquire);
    if (before & 1) continue;
    memcpy(target, value, length);
    atomic_thread_fence(memory_order_acquire);
    if (atomic_load_explicit(sequence, memory_order_relaxed) == before) return;
  }
}

int main(int argc, char **argv) {
  if (argc != 2) return 1;
  size_t length = strtoull(argv[1], NULL, 10);
  char *memory = mmap(NULL, 64 + PLACES * length, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  char *own = malloc(length);
  if (memory == MAP_FAILED || own == NULL) return 1;
  memset(own, 7, length);
  memset(memory + 64, 1, PLACES * length);
  atomic_uint *sequence = (atomic_uint *)memory;
  char *value = memory + 64;

  char what[8];
  long count;
  while (scanf("%7s %ld", what, &count) == 2) {
    long long start = now();
    for (long i = 0; i < count; i++) {
      if (what[0] == 'w') write_value(sequence, value, own, length);
      else if (what[0] == 'r') read_value(sequence, value, own, length);
      else memcpy(value + (i % PLACES) * length, own, length);
      /* Or else the compiler may leave out all but the last. */
      __asm__ volatile("" : : "r"(value), "r"(own) : "memory");
    }
    printf("%lld\n", now() - start);
    fflush(stdout);
  }
  return 0;
}
