/**
 * The functions of libc that this library calls: C prototype, how a failure
 * shows, FFI types. Those that a supported libc may lack, or keep in another
 * library, are optional.
 *
 * Variadic functions put their extra arguments in registers everywhere but on
 * macOS arm64, where they lie on the stack in slots of 8 bytes. So the value is
 * passed twice: at its place among the registers, and as the ninth parameter,
 * the first that every one of these ABIs puts on the stack. A function that does not
 * look there ignores it.
 *
 * @module
 */

export const SYMBOLS = {
  // key_t ftok(const char *pathname, int proj_id);
  // Fails with -1 and errno.
  ftok: { parameters: ["buffer", "i32"], result: "i32" },

  // int shmget(key_t key, size_t size, int shmflg);
  // Fails with -1 and errno.
  shmget: { parameters: ["i32", "usize", "i32"], result: "i32" },

  // void *shmat(int shmid, const void *shmaddr, int shmflg);
  // Fails with the pointer -1 and errno.
  shmat: { parameters: ["i32", "pointer", "i32"], result: "pointer" },

  // int shmdt(const void *shmaddr);
  // Fails with -1 and errno.
  shmdt: { parameters: ["pointer"], result: "i32" },

  // int shmctl(int shmid, int cmd, struct shmid_ds *buf);
  // Fails with -1 and errno; IPC_INFO, SHM_INFO return the highest used index,
  // SHM_STAT_ANY returns an id.
  shmctl: { parameters: ["i32", "i32", "buffer"], result: "i32" },

  // int shm_open(const char *name, int oflag, mode_t mode);
  // Variadic on macOS. Fails with -1 and errno. In librt before glibc 2.34.
  shm_open: {
    parameters: [
      "buffer",
      "i32",
      "usize",
      "usize",
      "usize",
      "usize",
      "usize",
      "usize",
      "usize",
    ],
    result: "i32",
    optional: true,
  },

  // int shm_unlink(const char *name);
  // Fails with -1 and errno. In librt before glibc 2.34.
  shm_unlink: { parameters: ["buffer"], result: "i32", optional: true },

  // int memfd_create(const char *name, unsigned int flags);
  // Linux. Fails with -1 and errno.
  memfd_create: {
    parameters: ["buffer", "u32"],
    result: "i32",
    optional: true,
  },

  // int open(const char *pathname, int flags, ...  mode_t mode);
  // Variadic. Fails with -1 and errno.
  open: {
    parameters: [
      "buffer",
      "i32",
      "usize",
      "usize",
      "usize",
      "usize",
      "usize",
      "usize",
      "usize",
    ],
    result: "i32",
  },

  // int close(int fd);
  // Fails with -1 and errno.
  close: { parameters: ["i32"], result: "i32" },

  // int fstat(int fd, struct stat *statbuf);
  // Fails with -1 and errno. Only __fxstat before glibc 2.33.
  fstat: { parameters: ["i32", "buffer"], result: "i32", optional: true },

  // int fstat64(int fd, struct stat64 *statbuf);
  // Fails with -1 and errno. What macOS calls fstat with 64-bit inodes.
  fstat64: { parameters: ["i32", "buffer"], result: "i32", optional: true },

  // int __fxstat(int ver, int fd, struct stat *statbuf);
  // Fails with -1 and errno. Glibc; version 0 is right on every 64-bit processor.
  __fxstat: {
    parameters: ["i32", "i32", "buffer"],
    result: "i32",
    optional: true,
  },

  // int fsync(int fd);
  // Fails with -1 and errno.
  fsync: { parameters: ["i32"], result: "i32" },

  // int fchmod(int fd, mode_t mode);
  // Fails with -1 and errno.
  fchmod: { parameters: ["i32", "u32"], result: "i32" },

  // int ftruncate(int fd, off_t length);
  // Fails with -1 and errno.
  ftruncate: { parameters: ["i32", "i64"], result: "i32" },

  // int posix_fallocate(int fd, off_t offset, off_t len);
  // Returns the error number, errno is untouched. Absent on macOS.
  posix_fallocate: {
    parameters: ["i32", "i64", "i64"],
    result: "i32",
    optional: true,
  },

  // int fallocate(int fd, int mode, off_t offset, off_t len);
  // Linux. Fails with -1 and errno.
  fallocate: {
    parameters: ["i32", "i32", "i64", "i64"],
    result: "i32",
    optional: true,
  },

  // int flock(int fd, int operation);
  // Fails with -1 and errno.
  flock: { parameters: ["i32", "i32"], result: "i32" },

  // int fcntl(int fd, int cmd, ... int arg);
  // Variadic. Fails with -1 and errno.
  fcntl: {
    parameters: [
      "i32",
      "i32",
      "usize",
      "usize",
      "usize",
      "usize",
      "usize",
      "usize",
      "usize",
    ],
    result: "i32",
  },

  // int statvfs(const char *path, struct statvfs *buf);
  // Fails with -1 and errno.
  statvfs: { parameters: ["buffer", "buffer"], result: "i32" },

  // int fstatvfs(int fd, struct statvfs *buf);
  // Fails with -1 and errno.
  fstatvfs: { parameters: ["i32", "buffer"], result: "i32" },

  // int fstatfs(int fd, struct statfs *buf);
  // Fails with -1 and errno. Its struct is another one on macOS.
  fstatfs: { parameters: ["i32", "buffer"], result: "i32", optional: true },

  // off_t lseek(int fd, off_t offset, int whence);
  // Fails with -1 and errno.
  lseek: { parameters: ["i32", "i64", "i32"], result: "i64" },

  // DIR *opendir(const char *name);
  // Fails with NULL and errno. Freed by closedir.
  opendir: { parameters: ["buffer"], result: "pointer" },

  // struct dirent *readdir(DIR *dirp);
  // NULL at the end. The entry belongs to dirp and lasts until the next call.
  readdir: { parameters: ["pointer"], result: "pointer" },

  // int closedir(DIR *dirp);
  // Fails with -1 and errno.
  closedir: { parameters: ["pointer"], result: "i32" },

  // void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset);
  // Fails with MAP_FAILED, the pointer -1, and errno.
  mmap: {
    parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"],
    result: "pointer",
  },

  // int munmap(void *addr, size_t length);
  // Fails with -1 and errno.
  munmap: { parameters: ["pointer", "usize"], result: "i32" },

  // int msync(void *addr, size_t length, int flags);
  // Fails with -1 and errno.
  msync: { parameters: ["pointer", "usize", "i32"], result: "i32" },

  // int madvise(void *addr, size_t length, int advice);
  // Fails with -1 and errno.
  madvise: { parameters: ["pointer", "usize", "i32"], result: "i32" },

  // int mincore(void *addr, size_t length, unsigned char *vec);
  // Fails with -1 and errno.
  mincore: { parameters: ["pointer", "usize", "buffer"], result: "i32" },

  // int mlock(const void *addr, size_t len);
  // Fails with -1 and errno. munmap unlocks.
  mlock: { parameters: ["pointer", "usize"], result: "i32" },

  // long syscall(long number, ...), as
  // long futex(uint32_t *uaddr, int futex_op, uint32_t val,
  //            const struct timespec *timeout, uint32_t *uaddr2, uint32_t val3);
  // Linux; variadic, but not called on macOS. Fails with -1 and errno.
  futex: {
    name: "syscall",
    parameters: ["isize", "usize", "i32", "i32", "buffer", "usize", "u32"],
    result: "i32",
    optional: true,
  },

  // long syscall(long number, ...), as
  // long futex(uint32_t *uaddr, FUTEX_CMP_REQUEUE, uint32_t val,
  //            uint32_t val2, uint32_t *uaddr2, uint32_t val3);
  // Linux; variadic, but not called on macOS. Fails with -1 and errno.
  futex_requeue: {
    name: "syscall",
    parameters: ["isize", "usize", "i32", "i32", "usize", "usize", "u32"],
    result: "i32",
    optional: true,
  },

  // long syscall(long number, ...), as
  // long futex_waitv(struct futex_waitv *waiters, unsigned int nr_futexes,
  //                  unsigned int flags, struct timespec *timeout, clockid_t clockid);
  // Linux 5.16. Fails with -1 and errno; returns the index of one that was woken.
  futex_waitv: {
    name: "syscall",
    parameters: ["isize", "buffer", "u32", "u32", "buffer", "i32"],
    result: "i32",
    optional: true,
    nonblocking: true,
  },

  // The same on the calling thread, to find out whether the kernel has it.
  futex_waitv_probe: {
    name: "syscall",
    parameters: ["isize", "buffer", "u32", "u32", "buffer", "i32"],
    result: "i32",
    optional: true,
  },

  // int clock_gettime(clockid_t clockid, struct timespec *tp);
  // Fails with -1 and errno.
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },

  // int sched_yield(void);
  sched_yield: { parameters: [], result: "i32" },

  // long syscall(long number, ...), as
  // long get_robust_list(int pid, struct robust_list_head **head_ptr, size_t *len_ptr);
  // Linux; variadic, but not called on macOS. Fails with -1 and errno.
  get_robust_list: {
    name: "syscall",
    parameters: ["isize", "isize", "buffer", "buffer"],
    result: "i32",
    optional: true,
  },

  // pid_t gettid(void);
  // Linux. Cannot fail. The number of the calling thread in its PID namespace.
  gettid: { parameters: [], result: "i32", optional: true },

  // ssize_t process_vm_readv(pid_t pid, const struct iovec *local_iov, unsigned long liovcnt,
  //                          const struct iovec *remote_iov, unsigned long riovcnt,
  //                          unsigned long flags);
  // Linux. Fails with -1 and errno.
  process_vm_readv: {
    parameters: ["i32", "buffer", "usize", "buffer", "usize", "usize"],
    result: "isize",
    optional: true,
  },

  // ssize_t process_vm_writev(pid_t pid, const struct iovec *local_iov, unsigned long liovcnt,
  //                           const struct iovec *remote_iov, unsigned long riovcnt,
  //                           unsigned long flags);
  // Linux. Fails with -1 and errno.
  process_vm_writev: {
    parameters: ["i32", "buffer", "usize", "buffer", "usize", "usize"],
    result: "isize",
    optional: true,
  },

  // int link(const char *oldpath, const char *newpath);
  // Fails with -1 and errno.
  link: { parameters: ["buffer", "buffer"], result: "i32" },

  // int semget(key_t key, int nsems, int semflg);
  // Fails with -1 and errno.
  semget: { parameters: ["i32", "i32", "i32"], result: "i32" },

  // int semop(int semid, struct sembuf *sops, size_t nsops);
  // Fails with -1 and errno.
  semop: { parameters: ["i32", "buffer", "usize"], result: "i32" },

  // int semtimedop(int semid, struct sembuf *sops, size_t nsops,
  //                const struct timespec *timeout);
  // Fails with -1 and errno. Absent on macOS. The time is how long.
  semtimedop: {
    parameters: ["i32", "buffer", "usize", "buffer"],
    result: "i32",
    optional: true,
  },

  // The same on a thread of the pool, where errno cannot be read.
  semtimedop_async: {
    name: "semtimedop",
    parameters: ["i32", "buffer", "usize", "buffer"],
    result: "i32",
    optional: true,
    nonblocking: true,
  },

  // int semctl(int semid, int semnum, int cmd, ... union semun arg);
  // Variadic. Fails with -1 and errno.
  semctl: {
    parameters: [
      "i32",
      "i32",
      "i32",
      "usize",
      "usize",
      "usize",
      "usize",
      "usize",
      "usize",
    ],
    result: "i32",
  },

  // int msgget(key_t key, int msgflg);
  // Fails with -1 and errno.
  msgget: { parameters: ["i32", "i32"], result: "i32" },

  // int msgsnd(int msqid, const void *msgp, size_t msgsz, int msgflg);
  // Fails with -1 and errno. msgp is a long, the type, and the bytes behind it.
  msgsnd: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },

  // ssize_t msgrcv(int msqid, void *msgp, size_t msgsz, long msgtyp, int msgflg);
  // Fails with -1 and errno. No message is longer than an int can say.
  msgrcv: {
    parameters: ["i32", "buffer", "usize", "isize", "i32"],
    result: "i32",
  },

  // int msgctl(int msqid, int cmd, struct msqid_ds *buf);
  // Fails with -1 and errno; IPC_INFO, MSG_INFO return the highest used index,
  // MSG_STAT, MSG_STAT_ANY return an id.
  msgctl: { parameters: ["i32", "i32", "buffer"], result: "i32" },

  // mqd_t mq_open(const char *name, int oflag, ... mode_t mode, struct mq_attr *attr);
  // Variadic, but absent on macOS, as all that follow of its family. Fails with -1
  // and errno. In librt before glibc 2.34.
  mq_open: {
    parameters: ["buffer", "i32", "usize", "buffer"],
    result: "i32",
    optional: true,
  },

  // int mq_getattr(mqd_t mqdes, struct mq_attr *attr);
  // Fails with -1 and errno.
  mq_getattr: { parameters: ["i32", "buffer"], result: "i32", optional: true },

  // int mq_send(mqd_t mqdes, const char *msg_ptr, size_t msg_len, unsigned int msg_prio);
  // Fails with -1 and errno.
  mq_send: {
    parameters: ["i32", "buffer", "usize", "u32"],
    result: "i32",
    optional: true,
  },

  // ssize_t mq_receive(mqd_t mqdes, char *msg_ptr, size_t msg_len, unsigned int *msg_prio);
  // Fails with -1 and errno. No message is longer than an int can say.
  mq_receive: {
    parameters: ["i32", "buffer", "usize", "buffer"],
    result: "i32",
    optional: true,
  },

  // int mq_unlink(const char *name);
  // Fails with -1 and errno.
  mq_unlink: { parameters: ["buffer"], result: "i32", optional: true },

  // int mkfifo(const char *pathname, mode_t mode);
  // Fails with -1 and errno.
  mkfifo: { parameters: ["buffer", "u32"], result: "i32" },

  // int unlink(const char *pathname);
  // Fails with -1 and errno.
  unlink: { parameters: ["buffer"], result: "i32" },

  // int poll(struct pollfd *fds, nfds_t nfds, int timeout);
  // Fails with -1 and errno; returns how many are ready, 0 when the timeout expires.
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },

  // The same on a thread of the pool, where errno cannot be read. It writes into fds
  // when it ends, so they lie in memory that outlives a worker.
  poll_async: {
    name: "poll",
    parameters: ["pointer", "usize", "i32"],
    result: "i32",
    nonblocking: true,
  },

  // int pipe(int pipefd[2]);
  // Fails with -1 and errno.
  pipe: { parameters: ["buffer"], result: "i32" },

  // int pipe2(int pipefd[2], int flags);
  // Fails with -1 and errno. Absent on macOS.
  pipe2: { parameters: ["buffer", "i32"], result: "i32", optional: true },

  // int getrlimit(int resource, struct rlimit *rlim);
  // Fails with -1 and errno.
  getrlimit: { parameters: ["i32", "buffer"], result: "i32" },

  // ssize_t read(int fd, void *buf, size_t count);
  // Fails with -1 and errno.
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },

  // ssize_t pread(int fd, void *buf, size_t count, off_t offset);
  // Fails with -1 and errno.
  pread: { parameters: ["i32", "buffer", "usize", "i64"], result: "isize" },

  // ssize_t readlink(const char *pathname, char *buf, size_t bufsiz);
  // Fails with -1 and errno. What it fills in does not end with a NUL.
  readlink: { parameters: ["buffer", "buffer", "usize"], result: "isize" },

  // ssize_t write(int fd, const void *buf, size_t count);
  // Fails with -1 and errno.
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },

  // uid_t geteuid(void);
  // Cannot fail.
  geteuid: { parameters: [], result: "u32" },

  // const char *gnu_get_libc_version(void);
  // Cannot fail. Glibc alone has it.
  gnu_get_libc_version: { parameters: [], result: "pointer", optional: true },

  // int getpagesize(void);
  // Cannot fail.
  getpagesize: { parameters: [], result: "i32" },

  // int *__errno_location(void);
  // Cannot fail. Glibc's place of errno, one for each thread.
  __errno_location: { parameters: [], result: "pointer", optional: true },

  // int *__error(void);
  // Cannot fail. The same on macOS.
  __error: { parameters: [], result: "pointer", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions that glibc before 2.34 keeps in librt. */
export const REALTIME_SYMBOLS = {
  shm_open: { ...SYMBOLS.shm_open, optional: false },
  shm_unlink: { ...SYMBOLS.shm_unlink, optional: false },
  mq_open: SYMBOLS.mq_open,
  mq_getattr: SYMBOLS.mq_getattr,
  mq_send: SYMBOLS.mq_send,
  mq_receive: SYMBOLS.mq_receive,
  mq_unlink: SYMBOLS.mq_unlink,
} as const satisfies Deno.ForeignLibraryInterface;
