/*
 * The newest complete value between processes: the C side of `Latest` of
 * @shmem/shmem/store. Plain C11, Linux, nothing to link but libc.
 *
 *     struct shmem_latest latest;
 *     if (shmem_latest_create(&latest, "/frames", 640 * 480 * 4, 4, 0600) != 0) return 1;
 *     for (;;) {
 *       fill_frame(shmem_latest_claim(&latest));
 *       shmem_latest_commit(&latest, 640 * 480 * 4);
 *     }
 *
 * Functions return 0 or a pointer when all is well, and -1 or NULL with errno
 * otherwise. One process writes at a time; the kernel gives its lock up when it
 * dies. Layout and protocol: docs/layouts.md.
 */
#ifndef SHMEM_LATEST_H
#define SHMEM_LATEST_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE before the first include: open file description locks need it"
#endif

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SHMEM_LATEST_LOCKS ((off_t)1 << 40)
#define SHMEM_LATEST_CREATION (SHMEM_LATEST_LOCKS + 32)
#define SHMEM_LATEST_WRITER (SHMEM_LATEST_LOCKS + 33)

/* The first 192 bytes of the object; all numbers are little-endian. */
struct shmem_latest_header {
  _Atomic uint32_t magic_low; /* "shme", stored last */
  uint32_t magic_high;        /* "mobj" */
  uint32_t version;           /* 1 */
  char kind[4];               /* "late" */
  uint64_t size;
  uint64_t hash;
  uint64_t capacity;
  uint64_t slots;
  uint32_t creator;
  uint32_t creator_start;
  uint8_t reserved[8];
  char label[32]; /* what the creator said, for people; UTF-8 */
  uint8_t reserved1[32];
  _Atomic uint32_t newest;   /* low 32 bits of the number; 0: none yet */
  _Atomic uint32_t sleepers; /* how many sleep on `newest` */
  uint32_t flags;            /* 1: wake those that may only read, too */
  uint8_t reserved2[36];
  uint32_t text_length;
  uint8_t reserved3[12];
};

struct shmem_latest_slot {
  _Atomic uint32_t state; /* twice the number; odd: being written */
  uint32_t reserved;
  uint64_t number;
  uint64_t length;
  uint8_t reserved2[40];
  uint8_t value[];
};

_Static_assert(sizeof(struct shmem_latest_header) == 192, "header");
_Static_assert(sizeof(struct shmem_latest_slot) == 64, "slot");

struct shmem_latest {
  struct shmem_latest_header *header;
  int fd;
  int writes;
  size_t size;
  /* Copied when it was opened: what others overwrite must not be believed. */
  uint64_t capacity, slots, start, stride;
  uint64_t number; /* of the newest value written here, or read last */
};

static inline uint64_t shmem_latest_round(uint64_t length) {
  return (length + 63) / 64 * 64;
}

static inline struct shmem_latest_slot *
shmem_latest_slot_of(const struct shmem_latest *latest, uint32_t number) {
  return (struct shmem_latest_slot *)((char *)latest->header + latest->start +
                                      (number & (latest->slots - 1)) *
                                          latest->stride);
}

static inline int shmem_latest_lock(int fd, off_t byte, int wait) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
  return fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock);
}

static inline void shmem_latest_unlock(int fd, off_t byte) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
  fcntl(fd, F_OFD_SETLK, &lock);
}

static inline void shmem_latest_close(struct shmem_latest *latest) {
  int saved = errno;
  if (latest->header != NULL) munmap(latest->header, latest->size);
  if (latest->fd >= 0) close(latest->fd);
  latest->header = NULL;
  latest->fd = -1;
  errno = saved;
}

/* "/frames" is shared memory, "/a/path" or "./path" with another slash a file. */
static inline int shmem_latest_descriptor(const char *name, int flags, mode_t mode) {
  const char *rest = name[0] == '/' ? name + 1 : name;
  int fd = strchr(rest, '/') == NULL ? shm_open(name, flags, mode)
                                     : open(name, flags | O_CLOEXEC, mode);
  return fd;
}

static inline int shmem_latest_map(struct shmem_latest *latest, int writable) {
  struct stat status;
  if (fstat(latest->fd, &status) != 0) return -1;
  if ((uint64_t)status.st_size < sizeof(struct shmem_latest_header)) {
    errno = EINVAL;
    return -1;
  }
  latest->size = (size_t)status.st_size;
  void *memory = mmap(NULL, latest->size, PROT_READ | (writable ? PROT_WRITE : 0),
                      MAP_SHARED, latest->fd, 0);
  if (memory == MAP_FAILED) return -1;
  latest->header = (struct shmem_latest_header *)memory;
  latest->writes = writable;
  return 0;
}

static inline int shmem_latest_check(struct shmem_latest *latest) {
  const struct shmem_latest_header *header = latest->header;
  uint32_t low = atomic_load_explicit(&latest->header->magic_low, memory_order_acquire);
  uint64_t capacity = header->capacity, slots = header->slots;
  uint64_t text = header->text_length;
  if (low != 0x656d6873 || header->magic_high != 0x6a626f6d ||
      header->version != 1 || memcmp(header->kind, "late", 4) != 0 ||
      slots < 2 || slots > 65536 || (slots & (slots - 1)) != 0 ||
      capacity < 1 || capacity > latest->size) {
    errno = EPROTO;
    return -1;
  }
  latest->capacity = capacity;
  latest->slots = slots;
  latest->start = shmem_latest_round(192 + text);
  latest->stride = 64 + shmem_latest_round(capacity);
  latest->number = 0;
  if (latest->start + slots * latest->stride != latest->size) {
    errno = EPROTO;
    return -1;
  }
  return 0;
}

/*
 * Opens one that was created. `writable` is 0 for readers that have no right to
 * write.
 */
static inline int shmem_latest_open(struct shmem_latest *latest, const char *name, int writable) {
  memset(latest, 0, sizeof *latest);
  latest->fd = shmem_latest_descriptor(name, writable ? O_RDWR : O_RDONLY, 0);
  if (latest->fd < 0) return -1;
  if (shmem_latest_map(latest, writable) != 0 || shmem_latest_check(latest) != 0) {
    shmem_latest_close(latest);
    return -1;
  }
  return 0;
}

/* Creates it, or opens one that is there; EINVAL when that takes other values. */
static inline int shmem_latest_create(struct shmem_latest *latest, const char *name,
                                      uint64_t capacity, uint64_t slots, mode_t mode) {
  memset(latest, 0, sizeof *latest);
  if (capacity < 1 || slots < 2 || slots > 65536 || (slots & (slots - 1)) != 0) {
    errno = EINVAL;
    latest->fd = -1;
    return -1;
  }
  uint64_t size = 192 + slots * (64 + shmem_latest_round(capacity));
  latest->fd = shmem_latest_descriptor(name, O_RDWR | O_CREAT, mode);
  if (latest->fd < 0) return -1;
  /* Others look whether it is complete; the process that holds this lock completes it. */
  if (shmem_latest_lock(latest->fd, SHMEM_LATEST_CREATION, 1) != 0) goto failed;
  struct stat status;
  if (fstat(latest->fd, &status) != 0) goto failed;
  if (status.st_size == 0) {
    int error = posix_fallocate(latest->fd, 0, (off_t)size);
    if (error != 0) {
      errno = error;
      goto failed;
    }
  }
  if (shmem_latest_map(latest, 1) != 0) goto failed;
  struct shmem_latest_header *header = latest->header;
  if (atomic_load_explicit(&header->magic_low, memory_order_acquire) == 0 &&
      latest->size == size) {
    header->version = 1;
    memcpy(header->kind, "late", 4);
    header->size = size;
    header->capacity = capacity;
    header->slots = slots;
    header->creator = (uint32_t)getpid();
    header->flags = ((mode >> 1) & ~mode & 022) != 0;
    header->magic_high = 0x6a626f6d;
    atomic_store_explicit(&header->magic_low, 0x656d6873, memory_order_release);
  }
  shmem_latest_unlock(latest->fd, SHMEM_LATEST_CREATION);
  if (shmem_latest_check(latest) != 0) goto failed;
  if (latest->capacity != capacity || latest->slots != slots) {
    errno = EINVAL;
    goto failed;
  }
  return 0;
failed:
  shmem_latest_close(latest);
  return -1;
}

/* Writing. */

static inline uint64_t shmem_latest_next(const struct shmem_latest *latest) {
  uint64_t next = latest->number + 1;
  return (uint32_t)next == 0 ? next + 1 : next;
}

/*
 * Lends the memory of the next value. NULL with EBUSY when another process
 * writes, EBADF when it was opened for reading.
 */
static inline void *shmem_latest_claim(struct shmem_latest *latest) {
  if (latest->writes == 0) {
    errno = EBADF;
    return NULL;
  }
  if (latest->writes == 1) {
    if (shmem_latest_lock(latest->fd, SHMEM_LATEST_WRITER, 0) != 0) {
      if (errno == EAGAIN || errno == EACCES) errno = EBUSY;
      return NULL;
    }
    latest->writes = 2;
    uint32_t newest = atomic_load_explicit(&latest->header->newest, memory_order_acquire);
    latest->number = newest;
    if (newest != 0) {
      uint64_t number = shmem_latest_slot_of(latest, newest)->number;
      if ((uint32_t)number == newest) latest->number = number;
    }
  }
  uint64_t number = shmem_latest_next(latest);
  struct shmem_latest_slot *slot = shmem_latest_slot_of(latest, (uint32_t)number);
  atomic_store_explicit(&slot->state, (uint32_t)(number * 2 + 1), memory_order_relaxed);
  /* No store of the value may become visible before that one. */
  atomic_thread_fence(memory_order_seq_cst);
  return slot->value;
}

/* Makes what was claimed the newest value, and wakes who waits. */
static inline uint64_t shmem_latest_commit(struct shmem_latest *latest, uint64_t length) {
  uint64_t number = shmem_latest_next(latest);
  struct shmem_latest_slot *slot = shmem_latest_slot_of(latest, (uint32_t)number);
  slot->number = number;
  slot->length = length;
  atomic_store_explicit(&slot->state, (uint32_t)(number * 2), memory_order_release);
  latest->number = number;
  atomic_store_explicit(&latest->header->newest, (uint32_t)number, memory_order_seq_cst);
  if (atomic_load_explicit(&latest->header->sleepers, memory_order_seq_cst) != 0 ||
      (latest->header->flags & 1) != 0) {
    syscall(SYS_futex, &latest->header->newest, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
  }
  return number;
}

/* Writes a value; its number, or 0 with errno. */
static inline uint64_t shmem_latest_write(struct shmem_latest *latest, const void *value,
                                          uint64_t length) {
  if (length > latest->capacity) {
    errno = EMSGSIZE;
    return 0;
  }
  void *to = shmem_latest_claim(latest);
  if (to == NULL) return 0;
  memcpy(to, value, length);
  return shmem_latest_commit(latest, length);
}

/* Reading. */

/*
 * Copies the newest value. Returns its length, -1 with ENODATA when none was
 * written yet, with EMSGSIZE when there is no room, with EAGAIN when the writer
 * overtook it a thousand times. `number` of the struct is that of the value.
 */
static inline int64_t shmem_latest_read(struct shmem_latest *latest, void *target,
                                        uint64_t room) {
  for (int tries = 0; tries < 1000; tries++) {
    uint32_t newest = atomic_load_explicit(&latest->header->newest, memory_order_acquire);
    if (newest == 0) {
      errno = ENODATA;
      return -1;
    }
    struct shmem_latest_slot *slot = shmem_latest_slot_of(latest, newest);
    uint32_t state = atomic_load_explicit(&slot->state, memory_order_acquire);
    if (state != newest * 2) continue;
    uint64_t number = slot->number, length = slot->length;
    if (length > latest->capacity) continue;
    if (length <= room) memcpy(target, slot->value, length);
    atomic_thread_fence(memory_order_acquire);
    if (atomic_load_explicit(&slot->state, memory_order_relaxed) != state) continue;
    if (length > room) {
      errno = EMSGSIZE;
      return -1;
    }
    latest->number = number;
    return (int64_t)length;
  }
  errno = EAGAIN;
  return -1;
}

/*
 * Sleeps until there is another value than the one read last. 0, or -1 with
 * ETIMEDOUT. `timeout_ms` below 0 stands for no limit.
 */
static inline int shmem_latest_wait(struct shmem_latest *latest, int64_t timeout_ms) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t left = timeout_ms;
  int64_t end = now.tv_sec * 1000 + now.tv_nsec / 1000000 + timeout_ms;
  for (;;) {
    uint32_t newest = atomic_load_explicit(&latest->header->newest, memory_order_acquire);
    if (newest != 0 && newest != (uint32_t)latest->number) return 0;
    if (timeout_ms >= 0 && left <= 0) {
      errno = ETIMEDOUT;
      return -1;
    }
    /* One that cannot say that it sleeps is not woken, unless the flag is set. */
    int64_t slice = latest->writes || (latest->header->flags & 1) ? 250 : 10;
    if (timeout_ms >= 0 && left < slice) slice = left;
    struct timespec ts = {slice / 1000, slice % 1000 * 1000000};
    if (latest->writes) atomic_fetch_add(&latest->header->sleepers, 1);
    syscall(SYS_futex, &latest->header->newest, FUTEX_WAIT, newest, &ts, NULL, 0);
    if (latest->writes) atomic_fetch_sub(&latest->header->sleepers, 1);
    clock_gettime(CLOCK_MONOTONIC, &now);
    left = end - (now.tv_sec * 1000 + now.tv_nsec / 1000000);
  }
}

#endif
