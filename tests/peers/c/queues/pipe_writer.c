/* pipe_writer [PATH [WORD...]]: writes its words into the pipe of pipe_reader. */
#include <stdio.h>
#include <stdlib.h>

static void die(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

int main(int argc, char **argv) {
  FILE *pipe = fopen(argc > 1 ? argv[1] : "/tmp/pipe", "w");
  if (pipe == NULL) die("fopen");
  for (int i = 2; i < argc; i++)
    fprintf(pipe, i > 2 ? " %s" : "%s", argv[i]);
  fputc('\n', pipe);
  if (fclose(pipe) != 0) die("fclose");
  return EXIT_SUCCESS;
}
