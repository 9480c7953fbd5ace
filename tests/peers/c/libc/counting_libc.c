/*
 * A library to use in place of libc: it tells on stderr about every shmget, and
 * passes it on. It is linked with libc, so everything else is found through it.
 *
 *   cc -shared -fPIC -o libcounting.so counting_libc.c -ldl
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <sys/shm.h>

static int calls;

int shmget(key_t key, size_t size, int flags) {
  static int (*next)(key_t, size_t, int);
  if (next == NULL) {
    *(void **)&next = dlsym(RTLD_NEXT, "shmget");
    if (next == NULL) {
      errno = ENOSYS;
      return -1;
    }
  }
  int result = next(key, size, flags);
  int error = errno;
  fprintf(stderr, "shmget call %d: %zu bytes\n", ++calls, size);
  /* Writing may change it, and the caller wants that of shmget. */
  errno = error;
  return result;
}
