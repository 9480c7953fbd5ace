/* A pause between two looks at shared memory. The lecture sleeps a second;
 * tests should not take that long. */
#ifndef PAUSE_H
#define PAUSE_H

#include <time.h>

static inline void pause_briefly(void) {
  const struct timespec pause = {.tv_sec = 0, .tv_nsec = 20 * 1000 * 1000};
  nanosleep(&pause, NULL);
}

#endif
