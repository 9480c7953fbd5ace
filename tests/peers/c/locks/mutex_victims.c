/* Starts processes that take a mutex again and again, and kills each of them at
 * a moment that nobody knows, until so many have died:
 *
 *   mutex_victims PATH OFFSET KILLS SEED
 *
 * After each death it waits until the other side, which takes the mutex all the
 * time, has got it. In the memory behind the mutex lie 32-bit words:
 *
 *   0  who is inside: not 0 while a victim holds the mutex
 *   1  how often the other side got the mutex
 *   2  how many died
 *   3  longest time between a death and the next turn, in milliseconds
 *   4  how many victims found someone inside without being told
 *   5  1 at the end
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { INSIDE, TURNS, DEATHS, LONGEST_MS, UNTOLD, DONE };
enum { WORDS_OFFSET = 64, PATIENCE_MS = 20 * 1000 };

static pthread_mutex_t *mutex;
static int *words;

static int load(int word) {
  return __atomic_load_n(words + word, __ATOMIC_SEQ_CST);
}

static void store(int word, int value) {
  __atomic_store_n(words + word, value, __ATOMIC_SEQ_CST);
}

static void rest(long microseconds) {
  const struct timespec pause = {.tv_sec = 0, .tv_nsec = microseconds * 1000};
  nanosleep(&pause, NULL);
}

static long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void be_victim(unsigned seed) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (;;) {
    const int error = pthread_mutex_lock(mutex);
    if (error == EOWNERDEAD) {
      pthread_mutex_consistent(mutex);
    } else if (error != 0) {
      _exit(2);
    } else if (load(INSIDE) != 0) {
      store(UNTOLD, load(UNTOLD) + 1);
    }
    store(INSIDE, getpid());
    rest(rand_r(&seed) % 1500);
    store(INSIDE, 0);
    pthread_mutex_unlock(mutex);
    rest(rand_r(&seed) % 1000);
  }
}

static int kill_one(unsigned *seed) {
  const unsigned theirs = (unsigned)rand_r(seed);
  const pid_t victim = fork();
  if (victim == -1) return 0;
  if (victim == 0) be_victim(theirs);
  rest(200 + rand_r(seed) % 3000);
  const int turns = load(TURNS);
  kill(victim, SIGKILL);
  const long start = now_ms();
  int status;
  if (waitpid(victim, &status, 0) != victim || !WIFSIGNALED(status)) return 0;
  store(DEATHS, load(DEATHS) + 1);
  while (load(TURNS) == turns) {
    if (now_ms() - start > PATIENCE_MS) return 0;
    rest(100);
  }
  const int ms = (int)(now_ms() - start);
  if (ms > load(LONGEST_MS)) store(LONGEST_MS, ms);
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  const int fd = open(argv[1], O_RDWR);
  struct stat status;
  if (fd == -1 || fstat(fd, &status) == -1) return perror("open"), 1;
  unsigned char *memory = mmap(NULL, (size_t)status.st_size,
                               PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return perror("mmap"), 1;
  memory += atol(argv[2]);
  mutex = (pthread_mutex_t *)(void *)memory;
  words = (int *)(void *)(memory + WORDS_OFFSET);
  unsigned seed = (unsigned)atol(argv[4]);
  int failed = 0;
  for (int kills = atoi(argv[3]); kills > 0 && !failed; kills--)
    failed = !kill_one(&seed);
  store(DONE, 1);
  if (failed) fprintf(stderr, "the other side got no turn, or a victim ended\n");
  return failed;
}
