/* The other side of a test of message queues, in C: does what it is told on stdin, a
 * line at a time, and answers with one line. It has one queue of each kind. Messages
 * are written in hexadecimal digits, an empty one as a dash.
 *
 *   mq-create NAME MESSAGES LENGTH, mq-open NAME, mq-unlink NAME
 *   mq-send PRIORITY MESSAGE, mq-receive, mq-flood COUNT
 *   msg-create KEY, msg-open KEY, msg-remove
 *   msg-send TYPE MESSAGE, msg-receive TYPE, msg-flood TYPE COUNT
 *
 * A flood is COUNT messages that hold the numbers from 0 on, as 4 bytes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

enum { LONGEST = 8192 };

static struct {
  long type;
  unsigned char text[LONGEST];
} message;
static mqd_t queue = (mqd_t)-1;
static int id = -1;

static int answer(long result) {
  if (result != -1) return printf("ok\n");
  return printf("error %s\n", strerrorname_np(errno));
}

static size_t parse(const char *digits) {
  size_t length = 0;
  unsigned byte;
  while (sscanf(digits + 2 * length, "%2x", &byte) == 1)
    message.text[length++] = (unsigned char)byte;
  return length;
}

static void answer_message(long number, long length) {
  if (length == -1) {
    answer(-1);
    return;
  }
  printf("ok %ld ", number);
  for (long i = 0; i < length; i++) printf("%02x", message.text[i]);
  printf(length == 0 ? "-\n" : "\n");
}

static int flood(int kind, long type, long count) {
  message.type = type;
  for (unsigned number = 0; number < (unsigned)count; number++) {
    memcpy(message.text, &number, sizeof number);
    const int result =
        kind ? msgsnd(id, &message, sizeof number, 0)
             : mq_send(queue, (char *)message.text, sizeof number, 0);
    if (result == -1) return -1;
  }
  return 0;
}

static int create(const char *name, long messages, long length) {
  struct mq_attr attributes = {.mq_maxmsg = messages, .mq_msgsize = length};
  queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
  return queue == (mqd_t)-1 ? -1 : 0;
}

static int open_it(const char *name) {
  queue = mq_open(name, O_RDWR);
  return queue == (mqd_t)-1 ? -1 : 0;
}

int main(void) {
  static char line[2 * LONGEST + 64], text[2 * LONGEST + 1];
  while (fgets(line, sizeof line, stdin) != NULL) {
    long first, second;
    unsigned priority = 0;
    if (sscanf(line, "mq-create %255s %ld %ld", text, &first, &second) == 3) {
      answer(create(text, first, second));
    } else if (sscanf(line, "mq-open %255s", text) == 1) {
      answer(open_it(text));
    } else if (sscanf(line, "mq-unlink %255s", text) == 1) {
      answer(mq_unlink(text));
    } else if (sscanf(line, "mq-send %u %16384s", &priority, text) == 2) {
      answer(mq_send(queue, (char *)message.text, parse(text), priority));
    } else if (strncmp(line, "mq-receive", 10) == 0) {
      const long length =
          mq_receive(queue, (char *)message.text, LONGEST, &priority);
      answer_message(priority, length);
    } else if (sscanf(line, "mq-flood %ld", &first) == 1) {
      answer(flood(0, 0, first));
    } else if (sscanf(line, "msg-create %ld", &first) == 1) {
      answer(id = msgget((key_t)first, IPC_CREAT | IPC_EXCL | 0600));
    } else if (sscanf(line, "msg-open %ld", &first) == 1) {
      answer(id = msgget((key_t)first, 0));
    } else if (strncmp(line, "msg-remove", 10) == 0) {
      answer(msgctl(id, IPC_RMID, NULL));
    } else if (sscanf(line, "msg-send %ld %16384s", &first, text) == 2) {
      message.type = first;
      answer(msgsnd(id, &message, parse(text), 0));
    } else if (sscanf(line, "msg-receive %ld", &first) == 1) {
      const long length = msgrcv(id, &message, LONGEST, first, 0);
      answer_message(message.type, length);
    } else if (sscanf(line, "msg-flood %ld %ld", &first, &second) == 2) {
      answer(flood(1, first, second));
    } else {
      printf("error unknown command\n");
    }
    fflush(stdout);
  }
  return 0;
}
