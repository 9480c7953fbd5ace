/* queue_producer [NAME]: puts ten numbers and an empty message into a POSIX queue. */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "/numbers";
  struct mq_attr size = {.mq_maxmsg = 4, .mq_msgsize = 64};
  const mqd_t queue = mq_open(name, O_CREAT | O_RDWR, 0600, &size);
  if (queue == (mqd_t)-1) die("mq_open");
  for (int number = 1; number <= 10; number++) {
    char text[16];
    snprintf(text, sizeof text, "%d", number);
    if (mq_send(queue, text, strlen(text), 0) == -1) die("mq_send");
    printf("produced %d\n", number);
  }
  if (mq_send(queue, "", 0, 0) == -1) die("mq_send");
  mq_close(queue);
  return EXIT_SUCCESS;
}
