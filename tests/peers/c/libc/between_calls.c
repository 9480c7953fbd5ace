/* A library in place of libc in which something happens between two calls, as when
 * another process comes first there. What happens is named by SHMEM_BETWEEN; the first
 * flock(2) of a kind is where it does. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

static int is(const char *what) {
  const char *wanted = getenv("SHMEM_BETWEEN");
  return wanted != NULL && strcmp(wanted, what) == 0;
}

static int calls;

int flock(int fd, int operation) {
  static int (*next)(int, int);
  if (next == NULL) next = (int (*)(int, int))dlsym(RTLD_NEXT, "flock");
  const char *object = getenv("SHMEM_OBJECT");
  if (is("removed") && (operation & LOCK_SH) && calls++ == 0) {
    /* Someone thought the object stale and removed it before it was locked. */
    shm_unlink(object);
  }
  if (is("fresh") && (operation & LOCK_EX) && calls++ == 3) {
    /* Its creator goes on at last: it locks the object and gives it a size. */
    int own = shm_open(object, O_RDWR, 0);
    if (own == -1 || next(own, LOCK_SH) == -1 || ftruncate(own, 77) == -1) abort();
  }
  int result = next(fd, operation);
  if (is("sized") && (operation & LOCK_EX) && result == 0 && calls++ == 0) {
    /* Another process had the lock before, and gave the file its size. */
    if (ftruncate(fd, 200) == -1) abort();
  }
  return result;
}
