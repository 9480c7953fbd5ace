/* double_number FILE: doubles the number at the start of a mapped file. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FILE_LENGTH = 0x100 };

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "Usage: %s FILE\n", argv[0]);
    return 1;
  }
  const int fd = open(argv[1], O_RDWR);
  if (fd == -1) {
    perror(argv[1]);
    return 1;
  }
  char *memory =
      mmap(NULL, FILE_LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory == MAP_FAILED) {
    perror("mmap");
    return 1;
  }
  int number;
  const int found = sscanf(memory, "%d", &number);
  if (found == 1) {
    printf("value: %d\n", number);
    snprintf(memory, FILE_LENGTH, "%d\n", 2 * number);
  } else {
    fprintf(stderr, "There is no number at the start of %s\n", argv[1]);
  }
  munmap(memory, FILE_LENGTH);
  return found == 1 ? 0 : 1;
}
