/* type_server [KEY]: answers questions of type 1 to the number in front of each. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

static struct {
  long type;
  char text[1024];
} message;

static void die(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

int main(int argc, char **argv) {
  const key_t key = argc > 1 ? (key_t)strtol(argv[1], NULL, 0) : 1234;
  const int id = msgget(key, IPC_CREAT | IPC_EXCL | 0600);
  if (id == -1) die("msgget");
  printf("The server waits\n");
  fflush(stdout);
  for (;;) {
    const long length = msgrcv(id, &message, sizeof message.text, 1, 0);
    if (length == -1) die("msgrcv");
    int32_t client;
    if (length <= (long)sizeof client) break;
    memcpy(&client, message.text, sizeof client);
    const size_t rest = (size_t)length - sizeof client;
    memmove(message.text, message.text + sizeof client, rest);
    printf("%d asks: %.*s\n", client, (int)rest, message.text);
    fflush(stdout);
    for (size_t i = 0; i < rest; i++)
      message.text[i] = (char)toupper((unsigned char)message.text[i]);
    message.type = client;
    if (msgsnd(id, &message, rest, 0) == -1) die("msgsnd");
  }
  if (msgctl(id, IPC_RMID, NULL) == -1) die("msgctl");
  return EXIT_SUCCESS;
}
