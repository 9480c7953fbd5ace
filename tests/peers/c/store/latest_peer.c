/*
 * The other side of tests of Latest, in C, on include/shmem/latest.h.
 *
 *   latest_peer write NAME LENGTH SLOTS COUNT PAUSE_US   writes COUNT values; value
 *       n has every 64-bit word n * 0x9e3779b97f4a7c15; says "writing" first, and
 *       how long the longest write took, in microseconds
 *   latest_peer read NAME COUNT   reads until the number is COUNT, compares all
 *       words, and says how many values it saw
 *   latest_peer die NAME LENGTH SLOTS STEP   writes two values, and dies by SIGKILL
 *       in the third after STEP steps
 */
#define _GNU_SOURCE
#include "../../../../include/shmem/latest.h"
#include <signal.h>
#include <stdlib.h>

static uint64_t word_of(uint64_t number) { return number * 0x9e3779b97f4a7c15u; }

static void fill(void *to, uint64_t length, uint64_t number) {
  uint64_t word = word_of(number);
  for (uint64_t i = 0; i + 8 <= length; i += 8) memcpy((char *)to + i, &word, 8);
}

static double now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int fail(const char *what) {
  perror(what);
  return 1;
}

int main(int argc, char **argv) {
  struct shmem_latest latest;
  if (argc < 4) return 2;
  const char *mode = argv[1], *name = argv[2];
  if (strcmp(mode, "read") == 0) {
    uint64_t last = strtoull(argv[3], NULL, 10), seen = 0;
    if (shmem_latest_open(&latest, name, 0) != 0) return fail("open");
    uint64_t *value = malloc(latest.capacity);
    while (latest.number < last) {
      if (shmem_latest_wait(&latest, 20000) != 0) return fail("wait");
      int64_t length = shmem_latest_read(&latest, value, latest.capacity);
      if (length < 0) return fail("read");
      for (int64_t i = 0; i < length / 8; i++)
        if (value[i] != word_of(latest.number)) {
          printf("torn %llu at %lld\n", (unsigned long long)latest.number, (long long)i);
          return 1;
        }
      seen++;
    }
    printf("seen %llu\n", (unsigned long long)seen);
    return 0;
  }
  uint64_t length = strtoull(argv[3], NULL, 10), slots = strtoull(argv[4], NULL, 10);
  if (shmem_latest_create(&latest, name, length, slots, 0600) != 0) return fail("create");
  if (strcmp(mode, "write") == 0) {
    uint64_t count = strtoull(argv[5], NULL, 10);
    unsigned pause = (unsigned)atoi(argv[6]);
    double worst = 0;
    puts("writing");
    fflush(stdout);
    for (uint64_t i = 0; i < count; i++) {
      double start = now_us();
      void *to = shmem_latest_claim(&latest);
      if (to == NULL) return fail("claim");
      fill(to, length, latest.number + 1);
      shmem_latest_commit(&latest, length);
      double took = now_us() - start;
      if (took > worst) worst = took;
      if (pause > 0) usleep(pause);
    }
    printf("worst %.0f\n", worst);
    return 0;
  }
  /* die: the steps of a write, one after the other. */
  int step = atoi(argv[5]);
  for (int i = 0; i < 2; i++) {
    fill(shmem_latest_claim(&latest), length, latest.number + 1);
    shmem_latest_commit(&latest, length);
  }
#define STEP(n) do { if (step == n) kill(getpid(), SIGKILL); } while (0)
  uint64_t number = latest.number + 1;
  STEP(0);
  char *to = shmem_latest_claim(&latest);
  STEP(1);
  memset(to, 0xee, length / 2);
  STEP(2);
  fill(to, length, number);
  struct shmem_latest_slot *slot = shmem_latest_slot_of(&latest, (uint32_t)number);
  slot->number = number;
  slot->length = length;
  STEP(3);
  atomic_store(&slot->state, (uint32_t)(number * 2));
  STEP(4);
  atomic_store(&latest.header->newest, (uint32_t)number);
  STEP(5);
  return 3;
}
