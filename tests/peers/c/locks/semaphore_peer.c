/* The other side of a test of POSIX semaphores, in C: does what it is told on
 * stdin, a line at a time, and answers with one line. It has one semaphore.
 *
 *   create NAME VALUE, open NAME, unlink NAME
 *   init PATH OFFSET VALUE, at PATH OFFSET    in a mapped file, for processes
 *   private PATH OFFSET VALUE                 in a mapped file, for threads
 *   wait, trywait, wait-ms MS, post TIMES, take TIMES, value, close
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static sem_t *semaphore;
static int named;

static int answer(int result) {
  if (result == 0) return printf("ok\n");
  return printf("error %s\n", strerrorname_np(errno));
}

static int answer_opened(sem_t *opened) {
  if (opened == SEM_FAILED) return answer(-1);
  semaphore = opened;
  named = 1;
  return answer(0);
}

static int map(const char *path, long offset) {
  struct stat status;
  const int fd = open(path, O_RDWR);
  if (fd == -1 || fstat(fd, &status) == -1) return -1;
  unsigned char *memory = mmap(NULL, (size_t)status.st_size,
                               PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory == MAP_FAILED) return -1;
  semaphore = (sem_t *)(void *)(memory + offset);
  named = 0;
  return 0;
}

static int init(const char *path, long offset, int shared, unsigned value) {
  if (map(path, offset) == -1) return answer(-1);
  return answer(sem_init(semaphore, shared, value));
}

static int wait_ms(long ms) {
  struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += ms / 1000;
  end.tv_nsec += ms % 1000 * 1000000;
  if (end.tv_nsec >= 1000000000) end.tv_sec++, end.tv_nsec -= 1000000000;
  return sem_timedwait(semaphore, &end);
}

static int post(long times) {
  while (times-- > 0)
    if (sem_post(semaphore) == -1) return -1;
  return 0;
}

static int take(long times) {
  while (times-- > 0)
    if (sem_wait(semaphore) == -1) return -1;
  return 0;
}

static int answer_value(void) {
  int value;
  if (sem_getvalue(semaphore, &value) == -1) return answer(-1);
  return printf("ok %d\n", value);
}

static int close_it(void) {
  const int result = named ? sem_close(semaphore) : 0;
  semaphore = NULL;
  return answer(result);
}

int main(void) {
  static char line[4400], word[32], text[4096];
  while (fgets(line, sizeof line, stdin) != NULL) {
    unsigned value = 0;
    long number = 0;
    const int exclusive = O_CREAT | O_EXCL;
    if (sscanf(line, "%31s", word) != 1) word[0] = '\0';
    if (sscanf(line, "create %4095s %u", text, &value) == 2) {
      answer_opened(sem_open(text, exclusive, 0600, value));
    } else if (sscanf(line, "open %4095s", text) == 1) {
      answer_opened(sem_open(text, 0));
    } else if (sscanf(line, "unlink %4095s", text) == 1) {
      answer(sem_unlink(text));
    } else if (sscanf(line, "init %4095s %ld %u", text, &number, &value) == 3) {
      init(text, number, 1, value);
    } else if (sscanf(line, "private %4095s %ld %u", text, &number, &value) ==
               3) {
      init(text, number, 0, value);
    } else if (sscanf(line, "at %4095s %ld", text, &number) == 2) {
      answer(map(text, number));
    } else if (sscanf(line, "wait-ms %ld", &number) == 1) {
      answer(wait_ms(number));
    } else if (sscanf(line, "post %ld", &number) == 1) {
      answer(post(number));
    } else if (sscanf(line, "take %ld", &number) == 1) {
      answer(take(number));
    } else if (strcmp(word, "wait") == 0) {
      answer(sem_wait(semaphore));
    } else if (strcmp(word, "trywait") == 0) {
      answer(sem_trywait(semaphore));
    } else if (strcmp(word, "value") == 0) {
      answer_value();
    } else if (strcmp(word, "close") == 0) {
      close_it();
    } else {
      printf("error unknown command\n");
    }
    fflush(stdout);
  }
  return 0;
}
