/* queue_priorities [NAME]: messages come out the most urgent first. */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 64 };

static const struct {
  const char *text;
  unsigned priority;
} messages[] = {{"sweep the floor", 1},
                {"answer the door", 5},
                {"put out the fire", 9},
                {"water the plants", 1}};

static void die(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "/priorities";
  struct mq_attr size = {.mq_maxmsg = 10, .mq_msgsize = LENGTH};
  const mqd_t queue =
      mq_open(name, O_CREAT | O_EXCL | O_RDWR | O_NONBLOCK, 0600, &size);
  if (queue == (mqd_t)-1) die("mq_open");
  if (mq_unlink(name) == -1) die("mq_unlink");
  for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
    const char *text = messages[i].text;
    if (mq_send(queue, text, strlen(text), messages[i].priority) == -1)
      die("mq_send");
  }
  char text[LENGTH];
  unsigned priority;
  long length;
  while ((length = mq_receive(queue, text, LENGTH, &priority)) != -1)
    printf("%u: %.*s\n", priority, (int)length, text);
  return EXIT_SUCCESS;
}
