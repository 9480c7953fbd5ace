/* futex_peer PATH: maps a file, does what it is told on stdin, a line at a time,
 * and answers with one line. It knows the layouts that the library documents.
 *
 *     wait WORD VALUE MS          ok ok|not-equal|timed-out
 *     notify WORD COUNT           ok WOKEN
 *     store WORD VALUE            ok
 *     pass WORD TURN TURNS        ok
 *     arrive OFFSET ROUNDS        ok LAST OK 0
 *     take OFFSET ITEMS           ok SUM
 *     put OFFSET ITEMS            ok       the numbers from 1 on
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

typedef _Atomic uint32_t word_t;

static char *memory;

static word_t *word_at(long index) { return (word_t *)memory + index; }

static void fail(const char *what) {
  printf("error %s\n", what);
  exit(1);
}

/* 0 when woken, or the error number. */
static int futex_wait(word_t *word, uint32_t value, long ms) {
  struct timespec span = {ms / 1000, ms % 1000 * 1000000};
  const long result =
      syscall(SYS_futex, word, FUTEX_WAIT, value, ms < 0 ? NULL : &span, NULL, 0);
  return result == 0 ? 0 : errno;
}

static long futex_wake(word_t *word, int count) {
  return syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0);
}

/* A watchdog, not a measure. */
static void sleep_on(word_t *word, uint32_t value) {
  if (futex_wait(word, value, 60000) == ETIMEDOUT) fail("a wake-up was lost");
}

static void pass(word_t *word, uint32_t turn, uint32_t turns) {
  for (; turn < turns; turn += 2) {
    while (atomic_load(word) != turn) sleep_on(word, turn - 1);
    atomic_store(word, turn + 1);
    futex_wake(word, 1);
  }
}

/* Barrier: magic, parties, state, generation. Gives whether this was the last. */
static int arrive(word_t *block) {
  const uint32_t parties = atomic_load(&block[1]);
  for (;;) {
    const uint32_t generation = atomic_load(&block[3]);
    uint32_t state = atomic_load(&block[2]);
    if (state >> 16 != (generation & 0xffff)) continue; /* It is just opening. */
    const int last = (state & 0xffff) + 1 == parties;
    const uint32_t next =
        last ? ((generation + 1) & 0xffff) << 16 : state + 1;
    if (!atomic_compare_exchange_strong(&block[2], &state, next)) continue;
    if (last) {
      atomic_store(&block[3], generation + 1);
      futex_wake(&block[3], INT32_MAX);
      return 1;
    }
    while (atomic_load(&block[3]) == generation) sleep_on(&block[3], generation);
    return 0;
  }
}

/* Condition: magic, sequence, waiters. */
static void condition_wait(word_t *block, pthread_mutex_t *mutex) {
  atomic_fetch_add(&block[2], 1);
  const uint32_t sequence = atomic_load(&block[1]);
  pthread_mutex_unlock(mutex);
  sleep_on(&block[1], sequence);
  pthread_mutex_lock(mutex);
  atomic_fetch_sub(&block[2], 1);
}

static void condition_notify(word_t *block) {
  if (atomic_load(&block[2]) == 0) return;
  atomic_fetch_add(&block[1], 1);
  futex_wake(&block[1], 1);
}

/* Bounded buffer: mutex at 0, "not full" at 64, "not empty" at 80, then the
 * numbers put and taken, and five places. */
enum { PLACES = 5 };

static long move_items(char *block, long items, int putting) {
  pthread_mutex_t *mutex = (pthread_mutex_t *)block;
  word_t *not_full = (word_t *)(block + 64);
  word_t *not_empty = (word_t *)(block + 80);
  volatile int32_t *put = (int32_t *)(block + 96);
  volatile int32_t *taken = put + 1;
  volatile int32_t *places = put + 2;
  long sum = 0;
  for (long i = 1; i <= items; i++) {
    pthread_mutex_lock(mutex);
    if (putting) {
      while (*put - *taken == PLACES) condition_wait(not_full, mutex);
      places[*put % PLACES] = i;
      *put += 1;
      condition_notify(not_empty);
    } else {
      while (*put == *taken) condition_wait(not_empty, mutex);
      sum += places[*taken % PLACES];
      *taken += 1;
      condition_notify(not_full);
    }
    pthread_mutex_unlock(mutex);
  }
  return sum;
}

static void answer(const char *command, long a, long b, long c) {
  if (strcmp(command, "wait") == 0) {
    const int error = futex_wait(word_at(a), b, c);
    printf("ok %s\n", error == 0           ? "ok"
                      : error == EAGAIN    ? "not-equal"
                      : error == ETIMEDOUT ? "timed-out"
                                           : strerror(error));
  } else if (strcmp(command, "notify") == 0) {
    printf("ok %ld\n", futex_wake(word_at(a), b));
  } else if (strcmp(command, "store") == 0) {
    atomic_store(word_at(a), b);
    printf("ok\n");
  } else if (strcmp(command, "pass") == 0) {
    pass(word_at(a), b, c);
    printf("ok\n");
  } else if (strcmp(command, "arrive") == 0) {
    long last = 0;
    for (long i = 0; i < b; i++) last += arrive((word_t *)(memory + a));
    printf("ok %ld %ld 0\n", last, b - last);
  } else if (strcmp(command, "take") == 0) {
    printf("ok %ld\n", move_items(memory + a, b, 0));
  } else if (strcmp(command, "put") == 0) {
    move_items(memory + a, b, 1);
    printf("ok\n");
  } else {
    printf("error unknown command\n");
  }
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  const int fd = open(argv[1], O_RDWR);
  struct stat status;
  if (fd == -1 || fstat(fd, &status) == -1) return 2;
  memory = mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return 2;

  char line[256], command[32];
  while (fgets(line, sizeof line, stdin) != NULL) {
    long a = 0, b = 0, c = 0;
    if (sscanf(line, "%31s %ld %ld %ld", command, &a, &b, &c) < 1) continue;
    answer(command, a, b, c);
  }
  return 0;
}
