/* A library for a program in Deno: from now on SIGUSR1 interrupts the system calls of
 * this process, where a listener of Deno lets the kernel start them again.
 *
 *   cc -shared -fPIC -o interrupting_library.so interrupting_library.c */
#include <signal.h>
#include <string.h>

static volatile sig_atomic_t signals;

static void count(int number) {
  (void)number;
  signals++;
}

int interrupt(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = count;
  action.sa_flags = 0; /* no SA_RESTART */
  return sigaction(SIGUSR1, &action, NULL);
}

int interrupted(void) { return signals; }
