/* Takes turns with examples/locks/turns.ts, or with itself: both take the same robust
 * mutex, and sleep until it is their turn. Start ping first.
 *
 *   turns ping|pong [NAME] */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SIZE = 4096, ROUNDS = 3 };

/* What Deno's Mutex takes as well: 64 bytes, of which libc uses the first. */
struct table {
  union {
    pthread_mutex_t mutex;
    char block[64];
  };
  int turn, said;
};

/* Not private: the word is shared between processes. */
static void wait_while(int *word, int value) {
  syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

static void notify(int *word) {
  syscall(SYS_futex, word, FUTEX_WAKE, 0x7fffffff, NULL, NULL, 0);
}

static void make(pthread_mutex_t *mutex) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(mutex, &attributes);
}

static void play(struct table *table, int me, const char *word) {
  for (int round = 0; round < ROUNDS;) {
    if (pthread_mutex_lock(&table->mutex) == EOWNERDEAD)
      pthread_mutex_consistent(&table->mutex);
    if (table->turn == me) {
      printf("%d %s\n", ++table->said, word);
      fflush(stdout);
      table->turn = 1 - me;
      round++;
    }
    pthread_mutex_unlock(&table->mutex);
    notify(&table->turn);
    if (round < ROUNDS) wait_while(&table->turn, 1 - me);
  }
}

int main(int argc, char **argv) {
  const char *name = argc > 2 ? argv[2] : "/turns";
  const int first = argc > 1 && strcmp(argv[1], "ping") == 0;
  if (!first && (argc < 2 || strcmp(argv[1], "pong") != 0)) {
    fprintf(stderr, "Usage: turns ping|pong [NAME]\n");
    return 1;
  }
  const int fd = shm_open(name, first ? O_RDWR | O_CREAT | O_EXCL : O_RDWR, 0600);
  if (fd == -1) return perror("shm_open"), 1;
  if (first && ftruncate(fd, SIZE) == -1) return perror("ftruncate"), 1;
  struct table *table =
      mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (table == MAP_FAILED) return perror("mmap"), 1;
  if (first) make(&table->mutex);
  play(table, first ? 0 : 1, argv[1]);
  if (first) shm_unlink(name);
  return 0;
}
