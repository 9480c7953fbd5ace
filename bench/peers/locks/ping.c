/*
 * Two processes that take turns through two words of shared memory.
 *
 * Reads "HOW COUNT" lines from stdin, HOW being spin or futex, and answers each
 * with the nanoseconds that COUNT round trips took.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

typedef _Atomic uint32_t word_t;

/* Each word has a cache line to itself, as the words of the library's side. */
enum { PING = 0, PONG = 16, WORDS = 32 };

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

static void hear_spinning(word_t *word, uint32_t value) {
  while (atomic_load(word) != value) continue;
}

static void say_spinning(word_t *word, uint32_t value) {
  atomic_store(word, value);
}

static void hear_sleeping(word_t *word, uint32_t value) {
  while (atomic_load(word) != value) {
    long result =
        syscall(SYS_futex, word, FUTEX_WAIT, value - 1, NULL, NULL, 0);
    must(result == 0 || errno == EAGAIN || errno == EINTR, "futex wait");
  }
}

static void say_sleeping(word_t *word, uint32_t value) {
  atomic_store(word, value);
  must(syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0) != -1,
       "futex wake");
}

int main(void) {
  word_t *words = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  must(words != MAP_FAILED, "mmap");
  char how[8];
  uint32_t count;
  while (scanf("%7s %u", how, &count) == 2) {
    int spins = strcmp(how, "spin") == 0;
    void (*hear)(word_t *, uint32_t) = spins ? hear_spinning : hear_sleeping;
    void (*say)(word_t *, uint32_t) = spins ? say_spinning : say_sleeping;
    memset((void *)words, 0, WORDS * sizeof(word_t));
    pid_t child = fork();
    must(child != -1, "fork");
    /* One more than asked for: the first, that waits for the start. */
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (uint32_t turn = 1; turn <= count + 1; turn++) {
        hear(words + PING, turn);
        say(words + PONG, turn);
      }
      _exit(0);
    }
    long long start = 0;
    for (uint32_t turn = 1; turn <= count + 1; turn++) {
      say(words + PING, turn);
      hear(words + PONG, turn);
      if (turn == 1) start = now();
    }
    long long end = now();
    must(waitpid(child, NULL, 0) == child, "waitpid");
    printf("%lld\n", end - start);
    fflush(stdout);
  }
  return 0;
}
