/* What programs have in common that take part in a channel and are killed: see
 * ring_victims.c and broadcast_victims.c. They know the channel's bytes, and
 * the locks by which its participants tell that they live. */
#ifndef CHANNEL_VICTIMS_H
#define CHANNEL_VICTIMS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOCKS ((off_t)1 << 40)
enum { LOCK_RECEIVER = 0, LOCK_PUBLISHER = 1, LOCK_SENDERS = 64 };
enum { HEADER = 8, NUMBER = 4, PADDING = -1 };
/* So many messages may a victim have to do with, and so many die at once. */
enum { LOG = 100000, GROUP = 40 };

/* What a victim tells, in memory that outlives it. */
struct account {
  int slot;   /* the place that it took, -1: none so far */
  int opened; /* 1: it has said that it is there */
  int count;  /* messages that are out, or that it has taken */
  int damage; /* 1: it got something that nobody sent */
  struct { int type, number; } log[LOG];
};

static struct account *accounts;
static unsigned char *data;
static int fd;
static int capacity;
static unsigned seed;

static inline int *word(long offset) { return (int *)(void *)(data + offset); }
static inline int64_t *lng(long offset) {
  return (int64_t *)(void *)(data + offset);
}
static inline int load(const int *at) {
  return __atomic_load_n(at, __ATOMIC_SEQ_CST);
}
static inline void store(int *at, int value) {
  __atomic_store_n(at, value, __ATOMIC_SEQ_CST);
}
static inline int64_t load_long(const int64_t *at) {
  return __atomic_load_n(at, __ATOMIC_SEQ_CST);
}
static inline void store_long(int64_t *at, int64_t value) {
  __atomic_store_n(at, value, __ATOMIC_SEQ_CST);
}

static inline void rest(long microseconds) {
  const struct timespec pause = {.tv_nsec = microseconds * 1000};
  nanosleep(&pause, NULL);
}

static inline double now_ms(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Stands still now and then, so that many deaths come in the middle of things. */
static inline void stumble(void) {
  const unsigned dice = (unsigned)rand_r(&seed) % 32;
  if (dice == 0) rest(rand_r(&seed) % 100);
  if (dice < 8)
    for (volatile int i = rand_r(&seed) % 2000; i > 0; i--);
}

static inline void wake(int *at) {
  syscall(SYS_futex, at, FUTEX_WAKE, 0x7fffffff, NULL, NULL, 0);
}

/* Opens and maps the object anew: a lock belongs to one opening. */
static inline void attach(const char *path, int trailer) {
  struct stat status;
  fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd == -1 || fstat(fd, &status) == -1) _exit(3);
  capacity = (int)status.st_size - trailer;
  data = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED,
              fd, 0);
  if (data == MAP_FAILED) _exit(3);
}

static inline int try_lock(int which) {
  struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET,
                        .l_start = LOCKS + which, .l_len = 1};
  return fcntl(fd, F_OFD_SETLK, &range) != -1;
}

/* Messages as channel_stream.ts has them; the type is their producer. */
static inline int length_of(int number, int limit) {
  const unsigned n = (unsigned)number;
  const unsigned mixed = (n ^ (n >> 15)) * 0x2c1b3c6du;
  return NUMBER + (int)((mixed >> 16) % (unsigned)(limit - NUMBER + 1));
}
static inline unsigned char byte_of(int type, int number, int i) {
  return i < NUMBER ? (unsigned char)((unsigned)number >> (i * 8))
                    : (unsigned char)(number * 31 + i * 7 + type);
}
static inline void fill(unsigned char *to, int type, int number, int length) {
  for (int i = 0; i < length; i++) {
    if (i == length / 2) stumble();
    to[i] = byte_of(type, number, i);
  }
}

static inline void note(struct account *mine, int type, int number) {
  if (mine->count == LOG)
    for (;;) rest(1000);
  mine->log[mine->count].type = type;
  mine->log[mine->count].number = number;
  store(&mine->count, mine->count + 1);
}

static inline void make_accounts(void) {
  accounts = mmap(NULL, (GROUP + 1) * sizeof *accounts, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (accounts == MAP_FAILED) exit(3);
}

/* Starts a process; it goes when this one does. */
static inline pid_t start(void (*act)(struct account *, int), int which, int id) {
  struct account *account = accounts + which;
  account->slot = -1;
  account->opened = account->count = account->damage = 0;
  const unsigned theirs = (unsigned)rand_r(&seed);
  const pid_t pid = fork();
  if (pid == -1) exit(3);
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  seed = theirs;
  act(account, id);
  _exit(0);
}

/* Lets some victims live for a while, and kills all of them at once.
 * Gives when that was, in milliseconds since 1970. */
static inline double kill_some(void (*act)(struct account *, int), int group,
                               int id) {
  pid_t pids[GROUP];
  for (int i = 0; i < group; i++) pids[i] = start(act, i, id + i);
  rest(100 + rand_r(&seed) % 5000);
  const double time = now_ms(CLOCK_REALTIME);
  for (int i = 0; i < group; i++) kill(pids[i], SIGKILL);
  for (int i = 0; i < group; i++) {
    int status;
    waitpid(pids[i], &status, 0);
    if (WIFSIGNALED(status) && !accounts[i].damage) continue;
    printf("a victim ended by itself: status %d, damage %d\n", status,
           accounts[i].damage);
    exit(1);
  }
  return time;
}

#endif
