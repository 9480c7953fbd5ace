/* random_number FILE: writes a random number from -100 to 100 into a mapped
 * file, as text. The file gets two bytes more than are mapped. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FILE_LENGTH = 0x100 };

static int random_from(int low, int high) {
  const double range = (double)high - low + 1;
  return low + (int)(range * rand() / (RAND_MAX + 1.0));
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "Usage: %s FILE\n", argv[0]);
    return 1;
  }
  srand((unsigned)time(NULL) ^ (unsigned)getpid());

  const int fd = open(argv[1], O_RDWR | O_CREAT, S_IRUSR | S_IWUSR);
  if (fd == -1 || pwrite(fd, "", 1, FILE_LENGTH + 1) != 1) {
    perror(argv[1]);
    return 1;
  }
  /* Some processors cannot write what they may not read. */
  char *memory =
      mmap(NULL, FILE_LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory == MAP_FAILED) {
    perror("mmap");
    return 1;
  }
  snprintf(memory, FILE_LENGTH, "%d\n", random_from(-100, 100));
  munmap(memory, FILE_LENGTH);
  return 0;
}
