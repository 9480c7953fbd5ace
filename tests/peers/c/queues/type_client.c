/* type_client [KEY [NUMBER [QUESTION...]]]: asks type_server, or ends it. */
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

static void ask(int id, int32_t client, const char *question) {
  const size_t length = strnlen(question, sizeof message.text - sizeof client);
  message.type = 1;
  memcpy(message.text, &client, sizeof client);
  memcpy(message.text + sizeof client, question, length);
  if (msgsnd(id, &message, sizeof client + length, 0) == -1) die("msgsnd");
}

int main(int argc, char **argv) {
  const key_t key = argc > 1 ? (key_t)strtol(argv[1], NULL, 0) : 1234;
  const int32_t client = argc > 2 ? atoi(argv[2]) : 77;
  const int id = msgget(key, 0);
  if (id == -1) die("msgget");
  if (argc <= 3) ask(id, client, "");
  for (int i = 3; i < argc; i++) {
    ask(id, client, argv[i]);
    const long length =
        msgrcv(id, &message, sizeof message.text, client, 0);
    if (length == -1) die("msgrcv");
    printf("%.*s\n", (int)length, message.text);
  }
  return EXIT_SUCCESS;
}
