/*
 * Sends a message of 64 bytes to a queue and receives it again.
 *
 * Reads "KIND COUNT" lines from stdin, KIND being posix or system, does so that
 * often, and answers with the nanoseconds that it took.
 */

#define _GNU_SOURCE
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <time.h>
#include <unistd.h>

enum { LENGTH = 64 };

static struct {
  long type;
  char text[LENGTH];
} message = {.type = 1};

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

int main(void) {
  char name[64];
  snprintf(name, sizeof name, "/shmem-bench-%d", (int)getpid());
  struct mq_attr size = {.mq_maxmsg = 10, .mq_msgsize = LENGTH};
  const int flags = O_CREAT | O_EXCL | O_RDWR | O_NONBLOCK;
  const mqd_t queue = mq_open(name, flags, 0600, &size);
  must(queue != (mqd_t)-1, "mq_open");
  must(mq_unlink(name) == 0, "mq_unlink");
  const int id = msgget(IPC_PRIVATE, 0600);
  must(id != -1, "msgget");

  char kind[8];
  long count;
  while (scanf("%7s %ld", kind, &count) == 2) {
    unsigned priority;
    const int posix = strcmp(kind, "posix") == 0;
    const long long start = now();
    for (long i = 0; i < count; i++) {
      if (posix) {
        must(mq_send(queue, message.text, LENGTH, 0) == 0, "mq_send");
        must(mq_receive(queue, message.text, LENGTH, &priority) == LENGTH,
             "mq_receive");
      } else {
        must(msgsnd(id, &message, LENGTH, IPC_NOWAIT) == 0, "msgsnd");
        must(msgrcv(id, &message, LENGTH, 0, IPC_NOWAIT) == LENGTH, "msgrcv");
      }
    }
    printf("%lld\n", now() - start);
    fflush(stdout);
  }
  must(msgctl(id, IPC_RMID, NULL) == 0, "msgctl");
  return 0;
}
