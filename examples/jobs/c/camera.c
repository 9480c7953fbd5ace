/*
 * A camera: writes 40 frames, 50 a second, for any number of camera_viewer.ts.
 *
 *     cc -o camera examples/jobs/c/camera.c && ./camera /camera
 */
#define _GNU_SOURCE
#include "../../../include/shmem/latest.h"

enum { WIDTH = 640, HEIGHT = 480, FRAME = WIDTH * HEIGHT * 4 };

int main(int argc, char **argv) {
  struct shmem_latest camera;
  if (shmem_latest_create(&camera, argc > 1 ? argv[1] : "/camera", FRAME, 4, 0600) != 0) {
    perror("create");
    return 1;
  }
  for (int i = 1; i <= 40; i++) {
    void *frame = shmem_latest_claim(&camera);
    if (frame == NULL) {
      perror("claim");
      return 1;
    }
    memset(frame, i, FRAME); /* a real one would let its driver fill it */
    shmem_latest_commit(&camera, FRAME);
    usleep(20000);
  }
  puts("Wrote 40 frames");
  return 0;
}
