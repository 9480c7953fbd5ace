/* Senders and receivers of a ring that are killed at moments which nobody knows:
 *
 *   ring_victims one|many PATH SEED
 *
 * For each line on stdin it says one on stdout:
 *
 *   send ID GROUP   lets senders ID, ID + 1, … send and die; says how long, in
 *                   milliseconds, it took until the receiver let others have
 *                   their places, and for each sender whether it took a place,
 *                   whether it said so, and how many messages it sent
 *   receive ID      lets a receiver receive and die; says when, in milliseconds
 *                   since 1970, and the messages that it took: TYPE:NUMBER …
 *   live ID         starts a sender that lives on; says its process id
 *   end             lets that one end; says how many messages it sent
 */
#define _GNU_SOURCE
#include "channel_victims.h"

enum { TRAILER = 768, PATIENCE_MS = 20000, FULL = -1, LIVE = GROUP };
enum { TAIL = 128, CACHE = 256, HEAD = 384, JOURNAL = 392 };
enum { SENDERS_BELL = 192, RECEIVER_BELL = 448, RECEIVER_STATE = 452 };
enum { CLAIMS = 136, CHANGES = 580, STATES = 648, SENDERS = 56 };
enum { FREE, OPEN, ENDED };
enum { ANNOUNCED = 1, WRAPS = 2 };

static const char *path;
static int many;
static int *claim_word;
static int *stop;

static int *field(int offset) { return word(capacity + offset); }
static int64_t *position(int offset) { return lng(capacity + offset); }
static unsigned char *state(int slot) { return data + capacity + STATES + slot; }
static int align(int length) { return (length + 7) & -8; }

static void ring_bell(int offset) {
  int *bell = field(offset);
  if (load(bell) == 0) return;
  stumble();
  if (__atomic_exchange_n(bell, 0, __ATOMIC_SEQ_CST) != 0) wake(bell);
}

static void zero_header(int index) { *lng(index) = 0; }

static void pad(int index, int length) {
  if (many) store(word(index), -length);
  stumble();
  store(word(index + 4), PADDING);
  stumble();
  store(word(index), length);
}

static int claim_one(int aligned) {
  const int needed = aligned + HEADER, mask = capacity - 1;
  const int64_t tail = load_long(position(TAIL));
  int64_t head = load_long(position(CACHE));
  if (needed > capacity - (tail - head)) {
    head = load_long(position(HEAD));
    if (needed > capacity - (tail - head)) return FULL;
    store_long(position(CACHE), head);
  }
  const int index = (int)(tail & mask), to_end = capacity - index;
  if (aligned == to_end || needed <= to_end) {
    store_long(position(TAIL), tail + aligned);
    stumble();
    zero_header((index + aligned) & mask);
    return index;
  }
  if (needed > (head & mask)) {
    head = load_long(position(HEAD));
    store_long(position(CACHE), head);
  }
  const int fits = needed <= (head & mask);
  store_long(position(TAIL), tail + to_end + (fits ? aligned : 0));
  stumble();
  zero_header(0);
  stumble();
  pad(index, to_end);
  if (!fits) return FULL;
  stumble();
  zero_header(aligned);
  return 0;
}

static int claim_many(int aligned) {
  const int mask = capacity - 1;
  for (;;) {
    int64_t head = load_long(position(CACHE));
    int64_t tail = load_long(position(TAIL));
    if (aligned > capacity - (tail - head)) {
      head = load_long(position(HEAD));
      if (aligned > capacity - (tail - head)) break;
      store_long(position(CACHE), head);
    }
    const int index = (int)(tail & mask), to_end = capacity - index;
    const int wraps = aligned > to_end;
    int target = index, claimed = aligned;
    if (wraps) {
      head = load_long(position(HEAD));
      target = aligned > (head & mask) ? FULL : 0;
      claimed = target == FULL ? to_end : to_end + aligned;
    }
    store(claim_word, (int)tail | (wraps ? ANNOUNCED | WRAPS : ANNOUNCED));
    stumble();
    if (!__atomic_compare_exchange_n(position(TAIL), &tail, tail + claimed, 0,
                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
      continue;
    stumble();
    if (wraps) pad(index, to_end);
    if (target == FULL) break;
    return target;
  }
  store(claim_word, 0);
  return FULL;
}

static int write_message(int type, int number) {
  const int length = length_of(number, capacity / 8);
  const int aligned = align(length + HEADER);
  const int index = many ? claim_many(aligned) : claim_one(aligned);
  if (index == FULL) return 0;
  stumble();
  store(word(index), -(length + HEADER));
  stumble();
  fill(data + index + HEADER, type, number, length);
  stumble();
  *word(index + 4) = type;
  stumble();
  store(word(index), length + HEADER);
  return 1;
}

static void set_state(int slot, int value) {
  __atomic_store_n(state(slot), (unsigned char)value, __ATOMIC_SEQ_CST);
  __atomic_add_fetch(field(CHANGES), 1, __ATOMIC_SEQ_CST);
  ring_bell(RECEIVER_BELL);
}

static int take_place(void) {
  for (;;) {
    for (int slot = 0; slot < (many ? SENDERS : 1); slot++) {
      const int before = __atomic_load_n(state(slot), __ATOMIC_SEQ_CST);
      if ((before == FREE || before == ENDED) && try_lock(LOCK_SENDERS + slot))
        return slot;
    }
    /* The receiver looks after one of them. */
    rest(100);
  }
}

static void be_sender(struct account *mine, int id) {
  attach(path, TRAILER);
  const int slot = take_place();
  claim_word = field(CLAIMS + 64 * (slot / 14) + 4 * (slot % 14));
  store(claim_word, 0);
  store(&mine->slot, slot);
  set_state(slot, OPEN);
  store(&mine->opened, 1);
  for (int number = 0; !(mine == accounts + LIVE && load(stop)); number++) {
    while (!write_message(id, number)) rest(50);
    store(&mine->count, number + 1);
    stumble();
    ring_bell(RECEIVER_BELL);
  }
  set_state(slot, ENDED);
}

/* Gives memory back to the senders; up to there, a successor finishes it. */
static void publish(int length) {
  const int64_t head = load_long(position(HEAD));
  if (many) {
    const int start = (int)(head & (capacity - 1));
    store_long(position(JOURNAL), head + length);
    stumble();
    for (int at = 0; at < length; at += 8) {
      *lng(start + at) = 0;
      if (at == (length & ~15) / 2) stumble();
    }
  }
  stumble();
  store_long(position(HEAD), head + length);
}

static void be_receiver(struct account *mine, int id) {
  (void)id;
  attach(path, TRAILER);
  while (!try_lock(LOCK_RECEIVER)) rest(100);
  const int64_t ahead = load_long(position(JOURNAL)) - load_long(position(HEAD));
  if (many && ahead > 0 && ahead <= capacity) publish((int)ahead);
  store(field(RECEIVER_STATE), OPEN);
  ring_bell(SENDERS_BELL);
  store(&mine->opened, 1);
  for (;;) {
    const int64_t head = load_long(position(HEAD));
    const int index = (int)(head & (capacity - 1));
    const int length = load(word(index));
    if (length <= 0) {
      ring_bell(SENDERS_BELL);
      rest(50);
      continue;
    }
    const int type = *word(index + 4), number = *word(index + HEADER);
    if (type != PADDING) {
      int whole = length == HEADER + length_of(number, capacity / 8);
      for (int i = 0; whole && i < length - HEADER; i++)
        whole = data[index + HEADER + i] == byte_of(type, number, i);
      if (!whole) mine->damage = 1, _exit(1);
      note(mine, type, number);
      stumble();
      /* Working on it takes the most time, so most die with it in hand. */
      if (rand_r(&seed) % 4 == 0) rest(100);
    }
    publish(align(length));
    if (load_long(position(TAIL)) - load_long(position(HEAD)) <= capacity / 2)
      ring_bell(SENDERS_BELL);
  }
}

/* Waits until the places of dead senders are free again. */
static void wait_for_places(int group) {
  const double start_ms = now_ms(CLOCK_MONOTONIC);
  for (int i = 0; i < group; i++) {
    const int slot = accounts[i].slot;
    while (slot >= 0 && __atomic_load_n(state(slot), __ATOMIC_SEQ_CST) == OPEN) {
      if (now_ms(CLOCK_MONOTONIC) - start_ms > PATIENCE_MS) {
        printf("the receiver does not see that a sender died\n");
        exit(1);
      }
      rest(1000);
    }
  }
  printf("%.0f", now_ms(CLOCK_MONOTONIC) - start_ms);
}

static void lose_senders(int id, int group) {
  kill_some(be_sender, group, id);
  wait_for_places(group);
  for (int i = 0; i < group; i++)
    printf(" %d:%d:%d", accounts[i].slot >= 0, accounts[i].opened,
           accounts[i].count);
}

static void lose_receiver(int id) {
  double time;
  /* Some die before they are there, and nobody learns of that. */
  do time = kill_some(be_receiver, 1, id);
  while (!accounts->opened);
  printf("%.0f", time);
  for (int i = 0; i < accounts->count; i++)
    printf(" %d:%d", accounts->log[i].type, accounts->log[i].number);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  many = strcmp(argv[1], "many") == 0;
  path = argv[2];
  seed = (unsigned)atol(argv[3]);
  make_accounts();
  stop = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
              -1, 0);
  attach(path, TRAILER);
  char line[100];
  pid_t live = 0;
  while (fgets(line, sizeof line, stdin) != NULL) {
    char what[20] = "";
    int id = 0, group = 1;
    if (sscanf(line, "%19s %d %d", what, &id, &group) < 1) return 2;
    if (strcmp(what, "send") == 0) {
      lose_senders(id, group);
    } else if (strcmp(what, "receive") == 0) {
      lose_receiver(id);
    } else if (strcmp(what, "live") == 0) {
      live = start(be_sender, LIVE, id);
      while (!load(&accounts[LIVE].opened)) rest(100);
      printf("%d", live);
    } else {
      store(stop, 1);
      int status;
      waitpid(live, &status, 0);
      printf("%d", accounts[LIVE].count);
    }
    printf("\n");
    fflush(stdout);
  }
  return 0;
}
