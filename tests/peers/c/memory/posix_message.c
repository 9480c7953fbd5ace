/* posix_message create|remove|receive|send [NAME]: a message through POSIX
 * shared memory, /my_shm unless named otherwise. The first int is the flag. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pause.h"

enum { SIZE = 8196, WAITING = 8, SENT = 1 };

static void die(const char *what) {
  perror(what);
  exit(EXIT_FAILURE);
}

static int *attach(const char *name, const char *who) {
  const int fd = shm_open(name, O_RDWR, 0);
  if (fd == -1) die("shm_open");
  void *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) die("mmap");
  close(fd);
  printf("%s: Memory attached at %lX\n", who, (unsigned long)memory);
  return memory;
}

static void create_it(const char *name) {
  const int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0666);
  if (fd == -1) die("shm_open");
  if (ftruncate(fd, SIZE) == -1) die("ftruncate");
  printf("Shared Memory Region successfully created\n");
}

static void remove_it(const char *name) {
  if (shm_unlink(name) == -1) die("shm_unlink");
  printf("Shared Memory Region successfully destroyed\n");
}

static void send_it(const char *name) {
  int *flag = attach(name, "SEND");
  __atomic_store_n(flag, SENT, __ATOMIC_RELEASE);
  if (munmap(flag, SIZE) == -1) die("munmap");
  printf("SEND has successfully completed\n");
}

static void receive_it(const char *name) {
  int *flag = attach(name, "RCV");
  __atomic_store_n(flag, WAITING, __ATOMIC_RELEASE);
  printf("iflag is now = %d\n", WAITING);
  fflush(stdout);
  int now;
  while ((now = __atomic_load_n(flag, __ATOMIC_ACQUIRE)) == WAITING)
    pause_briefly();
  printf("RCV has successfully completed\n");
  printf("iflag is now = %d\n", now);
  if (munmap(flag, SIZE) == -1) die("munmap");
}

int main(int argc, char **argv) {
  const char *command = argc > 1 ? argv[1] : "";
  const char *name = argc > 2 ? argv[2] : "/my_shm";
  if (strcasecmp(command, "create") == 0) {
    create_it(name);
  } else if (strcasecmp(command, "remove") == 0) {
    remove_it(name);
  } else if (strcasecmp(command, "send") == 0) {
    send_it(name);
  } else if (strcasecmp(command, "receive") == 0) {
    receive_it(name);
  } else {
    fprintf(stderr, "Usage: %s create|remove|receive|send [NAME]\n", argv[0]);
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
