/* A library for a program in Deno: it takes and releases robust mutexes of its
 * own on the thread that calls it, releases those of others and takes them again,
 * and walks the thread's list of them.
 *
 *   cc -shared -fPIC -o robust_library.so robust_library.c */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { COUNT = 8 };
static pthread_mutex_t mutexes[COUNT];

int prepare(void) {
  pthread_mutexattr_t kind;
  pthread_mutexattr_init(&kind);
  pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
  for (int i = 0; i < COUNT; i++) pthread_mutex_init(&mutexes[i], &kind);
  return 0;
}

int take(int index) { return pthread_mutex_lock(&mutexes[index]); }

int give(int index) { return pthread_mutex_unlock(&mutexes[index]); }

/* Releases one that is not this library's. */
int drop(pthread_mutex_t *mutex) { return pthread_mutex_unlock(mutex); }

int retake(pthread_mutex_t *mutex) { return pthread_mutex_lock(mutex); }

/* How many entries the list has; -1 when it does not lead back to its head, or
 * the links backwards are not those forwards. */
int entries(void) {
  struct robust_list_head *head;
  size_t length;
  if (syscall(SYS_get_robust_list, 0, &head, &length) != 0) return -1;
  struct robust_list *before = (struct robust_list *)head;
  struct robust_list *entry = head->list.next;
  for (int count = 0; count < 100; count++) {
    if (entry == &head->list) return count;
    /* `__prev` stands in front of `__next`. */
    if (((struct robust_list **)(void *)entry)[-1] != before) return -1;
    before = entry;
    entry = entry->next;
  }
  return -1;
}
