/* A library for a program in Deno: it starts a process that runs no other program
 * for a while, and so keeps all descriptors, as every one does that is about to.
 *
 *   cc -shared -fPIC -o forking_library.so forking_library.c */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child;

int start(void) {
  child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  return child > 0;
}

int end(void) {
  kill(child, SIGKILL);
  return waitpid(child, 0, 0) == child;
}
