/*
 * Makes, maps, unmaps and removes shared memory, with the calls that the
 * library makes.
 *
 * Reads "KIND SIZE COUNT" lines from stdin, KIND being sysv or posix, and
 * answers each with the nanoseconds that COUNT lives took.
 */

#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void must(int good, const char *what) {
  if (good) return;
  perror(what);
  exit(1);
}

static void live_sysv(size_t size) {
  int id = shmget(IPC_PRIVATE, size, IPC_CREAT | IPC_EXCL | 0600);
  must(id != -1, "shmget");
  void *memory = shmat(id, NULL, 0);
  must(memory != (void *)-1, "shmat");
  struct shmid_ds status;
  must(shmctl(id, IPC_STAT, &status) == 0, "shmctl IPC_STAT");
  must(shmdt(memory) == 0, "shmdt");
  must(shmctl(id, IPC_RMID, NULL) == 0, "shmctl IPC_RMID");
}

static void live_posix(const char *name, size_t size) {
  struct stat status;
  int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  must(fd != -1, "shm_open");
  must(flock(fd, LOCK_SH | LOCK_NB) == 0, "flock");
  must(fstat(fd, &status) == 0, "fstat");
  must(ftruncate(fd, size) == 0, "ftruncate");
  must(posix_fallocate(fd, 0, size) == 0, "posix_fallocate");
  must(fstat(fd, &status) == 0, "fstat");
  void *memory =
      mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  must(memory != MAP_FAILED, "mmap");
  must(munmap(memory, size) == 0, "munmap");
  must(shm_unlink(name) == 0, "shm_unlink");
  must(close(fd) == 0, "close");
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(void) {
  char kind[16], name[64];
  size_t size;
  long count;
  /* Ctrl-C reaches it too, but a name must not stay behind: the end of stdin
     ends it. */
  signal(SIGINT, SIG_IGN);
  snprintf(name, sizeof name, "/shmem-bench-c-%d", (int)getpid());
  while (scanf("%15s %zu %ld", kind, &size, &count) == 3) {
    int sysv = strcmp(kind, "sysv") == 0;
    long long start = now();
    for (long i = 0; i < count; i++) {
      if (sysv) live_sysv(size);
      else live_posix(name, size);
    }
    printf("%lld\n", now() - start);
    fflush(stdout);
  }
  return 0;
}
