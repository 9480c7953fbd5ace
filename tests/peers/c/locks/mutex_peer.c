/* The other side of a test of locks, in C: maps the file that it is given, does
 * what it is told on stdin, a line at a time, and answers with one line.
 *
 *   init OFFSET KIND           robust, shared, private, recursive, normal
 *   lock|trylock OFFSET        ok clean, ok ownerDied, or error NAME
 *   abandon OFFSET             locks after a death, and unlocks unrepaired
 *   unlock OFFSET
 *   count OFFSET WORD TIMES    adds 1 to a plain word under the lock
 *   add WORD TIMES             adds 1 atomically
 *   load WORD, store WORD VALUE
 *
 * Offsets are in bytes, words are 32-bit words. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned char *memory;

static pthread_mutex_t *mutex_at(long offset) {
  return (pthread_mutex_t *)(void *)(memory + offset);
}

static int *word_at(long word) { return (int *)(void *)memory + word; }

static int answer(int error) {
  if (error == 0) return printf("ok\n");
  return printf("error %s\n", strerrorname_np(error));
}

static int init(long offset, const char *kind) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if (strcmp(kind, "private") != 0)
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  if (strcmp(kind, "shared") != 0 && strcmp(kind, "private") != 0)
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutexattr_settype(&attributes, strcmp(kind, "recursive") == 0
                                             ? PTHREAD_MUTEX_RECURSIVE
                                         : strcmp(kind, "normal") == 0
                                             ? PTHREAD_MUTEX_NORMAL
                                             : PTHREAD_MUTEX_ERRORCHECK);
  return answer(pthread_mutex_init(mutex_at(offset), &attributes));
}

static int taken(long offset, int error) {
  if (error == EOWNERDEAD) {
    pthread_mutex_consistent(mutex_at(offset));
    return printf("ok ownerDied\n");
  }
  return error == 0 ? printf("ok clean\n") : answer(error);
}

static int abandon(long offset) {
  const int error = pthread_mutex_lock(mutex_at(offset));
  if (error != EOWNERDEAD) return printf("error nobody died\n");
  return answer(pthread_mutex_unlock(mutex_at(offset)));
}

static int count(long offset, long word, long times) {
  volatile int *counter = word_at(word);
  while (times-- > 0) {
    const int error = pthread_mutex_lock(mutex_at(offset));
    if (error != 0) return answer(error);
    *counter = *counter + 1;
    pthread_mutex_unlock(mutex_at(offset));
  }
  return printf("ok\n");
}

static int add(long word, long times) {
  while (times-- > 0) __atomic_fetch_add(word_at(word), 1, __ATOMIC_SEQ_CST);
  return printf("ok\n");
}

int main(int argc, char **argv) {
  static char line[256], command[32], kind[32];
  const int fd = argc == 2 ? open(argv[1], O_RDWR) : -1;
  struct stat status;
  if (fd == -1 || fstat(fd, &status) == -1) return perror("open"), 1;
  memory = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE,
                MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return perror("mmap"), 1;
  while (fgets(line, sizeof line, stdin) != NULL) {
    long a = 0, b = 0, c = 0;
    if (sscanf(line, "init %ld %31s", &a, kind) == 2) {
      init(a, kind);
    } else if (sscanf(line, "lock %ld", &a) == 1) {
      taken(a, pthread_mutex_lock(mutex_at(a)));
    } else if (sscanf(line, "trylock %ld", &a) == 1) {
      taken(a, pthread_mutex_trylock(mutex_at(a)));
    } else if (sscanf(line, "abandon %ld", &a) == 1) {
      abandon(a);
    } else if (sscanf(line, "unlock %ld", &a) == 1) {
      answer(pthread_mutex_unlock(mutex_at(a)));
    } else if (sscanf(line, "count %ld %ld %ld", &a, &b, &c) == 3) {
      count(a, b, c);
    } else if (sscanf(line, "add %ld %ld", &a, &b) == 2) {
      add(a, b);
    } else if (sscanf(line, "load %ld", &a) == 1) {
      printf("ok %d\n", __atomic_load_n(word_at(a), __ATOMIC_SEQ_CST));
    } else if (sscanf(line, "store %ld %ld", &a, &b) == 2) {
      __atomic_store_n(word_at(a), (int)b, __ATOMIC_SEQ_CST);
      printf("ok\n");
    } else {
      printf("error unknown command %s\n",
             sscanf(line, "%31s", command) == 1 ? command : "");
    }
    fflush(stdout);
  }
  return 0;
}
