/* The other side of a test, in C: does what it is told on stdin, a line at a
 * time, and answers with one line. deno/peer.ts lists the commands. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned char *memory;
static size_t length;
static int attached; /* by shmat, not by mmap */
static int object = -1; /* keeps memory without a name open for others */

static int answer_error(const char *where) {
  const char *name = errno == EACCES   ? "EACCES"
                     : errno == EEXIST ? "EEXIST"
                     : errno == EINVAL ? "EINVAL"
                     : errno == ENOENT ? "ENOENT"
                     : errno == EPERM  ? "EPERM"
                                       : strerror(errno);
  fprintf(stderr, "%s: %s\n", where, strerror(errno));
  return printf("error %s\n", name);
}

static int answer_mapped(const char *target) {
  return printf("ok %s %zu %p\n", target, length, (void *)memory);
}

static int attach(int id, const char *target, int readonly, void *address) {
  struct shmid_ds status;
  if (shmctl(id, IPC_STAT, &status) == -1) return answer_error("shmctl");
  void *place = shmat(id, address, readonly ? SHM_RDONLY : 0);
  if (place == (void *)-1) return answer_error("shmat");
  memory = place;
  length = status.shm_segsz;
  attached = 1;
  return answer_mapped(target);
}

static int map(int fd, const char *target, int readonly, void *address) {
  struct stat status;
  if (fd == -1) return answer_error("open");
  if (fstat(fd, &status) == -1) return answer_error("fstat");
  const int protection = readonly ? PROT_READ : PROT_READ | PROT_WRITE;
  void *place = mmap(address, (size_t)status.st_size, protection, MAP_SHARED,
                     fd, 0);
  if (place == MAP_FAILED) return answer_error("mmap");
  memory = place;
  length = (size_t)status.st_size;
  attached = 0;
  return answer_mapped(target);
}

static int create(const char *kind, const char *target, size_t size) {
  const int flags = O_RDWR | O_CREAT | O_EXCL;
  char path[64];
  int fd = -1;
  if (strcmp(kind, "sysv") == 0) {
    const key_t key = (key_t)atol(target);
    const int id = shmget(key, size, IPC_CREAT | IPC_EXCL | 0600);
    if (id == -1) return answer_error("shmget");
    return attach(id, target, 0, NULL);
  }
  if (strcmp(kind, "posix") == 0) fd = shm_open(target, flags, 0600);
  if (strcmp(kind, "file") == 0) fd = open(target, flags, 0600);
  if (strcmp(kind, "memfd") == 0) {
    fd = object = memfd_create("peer", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getpid(), fd);
    target = path;
  }
  if (fd == -1) return answer_error("create");
  if (ftruncate(fd, (off_t)size) == -1) return answer_error("ftruncate");
  map(fd, target, 0, NULL);
  if (fd != object) close(fd);
  return 0;
}

static int open_existing(const char *kind, const char *target,
                         const char *access, void *address) {
  const int readonly = strcmp(access, "read") == 0;
  const int flags = readonly ? O_RDONLY : O_RDWR;
  if (strcmp(kind, "sysv") == 0) {
    const int id = shmget((key_t)atol(target), 0, 0);
    if (id == -1) return answer_error("shmget");
    return attach(id, target, readonly, address);
  }
  const int fd = strcmp(kind, "posix") == 0 ? shm_open(target, flags, 0)
                                            : open(target, flags);
  map(fd, target, readonly, address);
  if (fd != -1) close(fd);
  return 0;
}

static int read_bytes(size_t offset, size_t count) {
  printf("ok ");
  for (size_t i = 0; i < count; i++) printf("%02x", memory[offset + i]);
  return printf("\n");
}

static int write_bytes(size_t offset, const char *hex) {
  unsigned byte;
  for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
    memory[offset++] = (unsigned char)byte;
  return printf("ok\n");
}

static int add(size_t offset, long times) {
  int *word = (int *)(void *)(memory + offset);
  while (times-- > 0) __atomic_fetch_add(word, 1, __ATOMIC_SEQ_CST);
  return printf("ok\n");
}

static int close_all(void) {
  if (memory != NULL && attached && shmdt(memory) == -1)
    return answer_error("shmdt");
  if (memory != NULL && !attached && munmap(memory, length) == -1)
    return answer_error("munmap");
  if (object != -1) close(object);
  memory = NULL;
  object = -1;
  return printf("ok\n");
}

int main(void) {
  static char line[65536], word[16], kind[16], target[4096], access[16];
  static char hex[65536];
  while (fgets(line, sizeof line, stdin) != NULL) {
    unsigned long long number = 0, other = 0;
    if (sscanf(line, "create %15s %4095s %llu", kind, target, &number) == 3) {
      create(kind, target, (size_t)number);
    } else if (sscanf(line, "open %15s %4095s %15s %llx", kind, target, access,
                      &number) >= 3) {
      open_existing(kind, target, access, (void *)(size_t)number);
    } else if (sscanf(line, "read %llu %llu", &number, &other) == 2) {
      read_bytes((size_t)number, (size_t)other);
    } else if (sscanf(line, "write %llu %65535s", &number, hex) == 2) {
      write_bytes((size_t)number, hex);
    } else if (sscanf(line, "add %llu %llu", &number, &other) == 2) {
      add((size_t)number, (long)other);
    } else if (sscanf(line, "%15s", word) == 1 && strcmp(word, "close") == 0) {
      close_all();
    } else {
      printf("error unknown command\n");
    }
    fflush(stdout);
  }
  return 0;
}
