/* lifetimes ID: attaches a segment, and forks, executes and exits on request,
 * so that a test can look at the segment after each.
 *
 *     fork    a child says what it inherited, writes its own, and waits
 *     reap    lets the child exit
 *     exec    becomes another program, which has attached nothing
 *     quit    exits without detaching */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *word, const char *memory) {
  printf("%s %p %s\n", word, (const void *)memory, memory);
  fflush(stdout);
}

static pid_t fork_child(char *memory, int *release) {
  int ends[2];
  if (pipe(ends) == -1) exit(1);
  const pid_t pid = fork();
  if (pid != 0) {
    close(ends[0]);
    *release = ends[1];
    return pid;
  }
  close(ends[1]);
  say("inherited", memory);
  strcpy(memory, "written by the child");
  say("wrote", memory);
  char byte;
  const ssize_t ignored = read(ends[0], &byte, 1);
  _exit(ignored < 0);
}

int main(int argc, char **argv) {
  /* Unbuffered: what is buffered would be lost to the program after exec. */
  setvbuf(stdin, NULL, _IONBF, 0);
  char line[64];
  if (argc < 2) {
    printf("executed\n");
    fflush(stdout);
    return fgets(line, sizeof line, stdin) == NULL;
  }

  char *memory = shmat(atoi(argv[1]), NULL, 0);
  if (memory == (void *)-1) {
    perror("shmat");
    return 1;
  }
  say("attached", memory);

  pid_t child = -1;
  int release = -1;
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (strcmp(line, "fork\n") == 0) {
      child = fork_child(memory, &release);
    } else if (strcmp(line, "reap\n") == 0) {
      close(release);
      waitpid(child, NULL, 0);
      say("reaped", memory);
    } else if (strcmp(line, "exec\n") == 0) {
      execl("/proc/self/exe", argv[0], (char *)NULL);
      perror("exec");
      return 1;
    } else if (strcmp(line, "quit\n") == 0) {
      return 0;
    }
  }
  return 1;
}
