/* queue_consumer [NAME]: adds up the numbers of queue_producer, and unlinks. */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>

static void die(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "/numbers";
  const mqd_t queue = mq_open(name, O_RDONLY);
  if (queue == (mqd_t)-1) die("mq_open");
  struct mq_attr size;
  if (mq_getattr(queue, &size) == -1) die("mq_getattr");
  char *text = malloc((size_t)size.mq_msgsize + 1);
  if (text == NULL) die("malloc");
  int sum = 0;
  for (;;) {
    const long length = mq_receive(queue, text, (size_t)size.mq_msgsize, NULL);
    if (length == -1) die("mq_receive");
    if (length == 0) break;
    text[length] = '\0';
    printf("consumed %s\n", text);
    sum += atoi(text);
  }
  printf("the sum is %d\n", sum);
  free(text);
  mq_close(queue);
  if (mq_unlink(name) == -1) die("mq_unlink");
  return EXIT_SUCCESS;
}
