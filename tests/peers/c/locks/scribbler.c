/* Overwrites a range of the file that it is given, as fast as it can, until the
 * end of its input:
 *
 *   scribbler PATH OFFSET LENGTH SEED
 *
 * It writes zeros, ones, random words, and flips bits. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned long long state;

static unsigned random_word(void) {
  state = state * 6364136223846793005ULL + 1442695040888963407ULL;
  return (unsigned)(state >> 32);
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  const int fd = open(argv[1], O_RDWR);
  struct stat status;
  if (fd == -1 || fstat(fd, &status) == -1) return perror("open"), 1;
  unsigned char *memory = mmap(NULL, (size_t)status.st_size,
                               PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return perror("mmap"), 1;
  volatile unsigned *words = (volatile unsigned *)(void *)(memory + atol(argv[2]));
  const unsigned count = (unsigned)(atol(argv[3]) / 4);
  state = strtoull(argv[4], NULL, 10);
  printf("ok\n");
  fflush(stdout);
  struct pollfd input = {.fd = 0, .events = POLLIN};
  while (poll(&input, 1, 0) == 0) {
    for (int times = 0; times < 1000; times++) {
      const unsigned word = random_word() % count;
      switch (random_word() % 8) {
        case 0:
          words[word] = 0;
          break;
        case 1:
          words[word] = 0xffffffffu;
          break;
        case 2:
          words[word] = random_word();
          break;
        default:
          words[word] ^= 1u << random_word() % 32;
      }
      for (volatile int pause = 0; pause < 200; pause++)
        ;
    }
  }
  return 0;
}
