/* pipe_reader [PATH]: makes a named pipe, shows what comes, and removes it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void die(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

int main(int argc, char **argv) {
  const char *path = argc > 1 ? argv[1] : "/tmp/pipe";
  if (mkfifo(path, 0600) == -1) die("mkfifo");
  printf("The reader waits\n");
  fflush(stdout);
  FILE *pipe = fopen(path, "r");
  if (pipe == NULL) die("fopen");
  char line[1024];
  while (fgets(line, sizeof line, pipe) != NULL) fputs(line, stdout);
  printf("The writer has closed it\n");
  fclose(pipe);
  if (unlink(path) == -1) die("unlink");
  return EXIT_SUCCESS;
}
