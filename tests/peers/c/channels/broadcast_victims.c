/* Publishers of a broadcast that are killed at moments which nobody knows:
 *
 *   broadcast_victims PATH SEED
 *
 * For each line "publish LIMIT" on stdin it lets one publish, so many messages
 * at most, and die; it says when, in milliseconds since 1970, and how many were
 * out for sure. The number of a message says how many there were before it, of
 * all publishers.
 */
#define _GNU_SOURCE
#include "channel_victims.h"

enum { TRAILER = 128, TYPE = 1, OPEN = 1 };
enum { INTENT = 0, TAIL = 8, LATEST = 16, PAIRS = 80 };
enum { SEQUENCE = 64, SLEEPERS = 68, PUBLISHER = 76 };

static const char *path;
static int most;
/* What a former publisher may have overwritten, and which pair is next. */
static int64_t left_intent;
static int pair;
static int64_t ordinal;

static int64_t *position(int offset) { return lng(capacity + offset); }

static void ring_bell(void) {
  int *sleepers = word(capacity + SLEEPERS);
  if (load(sleepers) == 0) return;
  stumble();
  store(sleepers, 0);
  stumble();
  __atomic_add_fetch(word(capacity + SEQUENCE), 1, __ATOMIC_SEQ_CST);
  wake(word(capacity + SEQUENCE));
}

static void take_over(void) {
  left_intent = load_long(position(INTENT));
  const int64_t tail = load_long(position(TAIL));
  pair = 0;
  ordinal = 0;
  for (int i = 0; i < 2 && tail > 0; i++) {
    if (*position(PAIRS + 16 * i) != tail) continue;
    ordinal = *position(PAIRS + 16 * i + 8);
    pair = 1 - i;
  }
  if (tail > 0 && ordinal == 0) {
    puts("no pair has the position of the tail");
    fflush(stdout);
    _exit(1);
  }
}

static void transmit(int number) {
  const int length = length_of(number, capacity / 8);
  const int aligned = (length + HEADER + 7) & -8;
  int64_t tail = load_long(position(TAIL));
  int index = (int)(tail & (capacity - 1));
  const int to_end = capacity - index;
  const int padding = aligned > to_end ? to_end : 0;
  const int64_t end = tail + padding + aligned;
  store_long(position(INTENT), end > left_intent ? end : left_intent);
  stumble();
  if (padding > 0) {
    *word(index) = padding;
    stumble();
    *word(index + 4) = PADDING;
    tail += padding;
    index = 0;
  }
  *word(index) = length + HEADER;
  stumble();
  *word(index + 4) = TYPE;
  fill(data + index + HEADER, TYPE, number, length);
  stumble();
  *position(PAIRS + 16 * pair) = end;
  stumble();
  *position(PAIRS + 16 * pair + 8) = ++ordinal;
  pair = 1 - pair;
  stumble();
  store_long(position(LATEST), tail);
  stumble();
  store_long(position(TAIL), end);
}

static void be_publisher(struct account *mine, int id) {
  (void)id;
  attach(path, TRAILER);
  while (!try_lock(LOCK_PUBLISHER)) rest(100);
  take_over();
  store(&mine->count, (int)ordinal);
  int *publisher = word(capacity + PUBLISHER);
  store(publisher, (((load(publisher) >> 2) + 1) << 2) | OPEN);
  ring_bell();
  for (int i = 0; i < most; i++) {
    transmit((int)ordinal);
    store(&mine->count, (int)ordinal);
    stumble();
    ring_bell();
  }
  for (;;) rest(1000);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  path = argv[1];
  seed = (unsigned)atol(argv[2]);
  make_accounts();
  attach(path, TRAILER);
  char line[100];
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "publish %d", &most) != 1) return 2;
    const int before = load(word(capacity + PUBLISHER));
    double time;
    /* Some die before they are there, and nobody learns of that. */
    do time = kill_some(be_publisher, 1, 0);
    while (load(word(capacity + PUBLISHER)) == before);
    printf("%.0f %d\n", time, accounts->count);
    fflush(stdout);
  }
  return 0;
}
