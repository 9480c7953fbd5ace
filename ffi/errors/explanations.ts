/**
 * What an error number means for a call, after the ERRORS section of its
 * manual, and what to do about it.
 *
 * @module
 */

/** One error of one call. */
export interface Explanation {
  /** What the manual says, in our words. */
  readonly meaning: string;
  /** What the caller can do. */
  readonly remedy?: string;
  /** Whether it means that this system cannot do it at all. */
  readonly unsupported?: boolean;
}

type Table = Readonly<Record<string, Explanation>>;

const descriptors: Table = {
  EMFILE: {
    meaning: "this process has no file descriptor left",
    remedy: "close handles that are no longer used, or raise `ulimit -n`",
  },
  ENFILE: {
    meaning: "the whole system has no file descriptor left",
    remedy: "close files elsewhere, or raise fs.file-max",
  },
};

const paths: Table = {
  EACCES: {
    meaning: "the permission bits forbid it",
    remedy: "ask its owner for access, or open it for reading only",
  },
  ENOENT: { meaning: "there is no such file or directory" },
  ENOTDIR: { meaning: "a part of the path is not a directory" },
  ENAMETOOLONG: { meaning: "the path, or a part of it, is too long" },
  ELOOP: { meaning: "the path leads through too many symbolic links" },
};

const objects: Table = {
  ...descriptors,
  EACCES: {
    meaning: "the permission bits forbid it",
    remedy: "ask its owner for access, or open it for reading only",
  },
  EEXIST: {
    meaning: "an object with this name exists already",
    remedy:
      'open it, choose another name, or create with `ifExists: "open"` or `ifStale: "replace"`',
  },
  EINVAL: { meaning: "the name is not one that the system accepts" },
  EISDIR: { meaning: "it is a directory, not shared memory" },
  ELOOP: { meaning: "it is a symbolic link, which is not followed" },
  ENXIO: { meaning: "it is a socket or FIFO, not shared memory" },
  ENAMETOOLONG: { meaning: "the name is too long" },
  ENOENT: {
    meaning: "there is no object with this name",
    remedy: "create it first, or check the name: `SharedMemory.list()`",
  },
};

const NO_LOCKS: Explanation = {
  meaning: "this system has no locks on open files (F_OFD_SETLK)",
  remedy:
    "use Mutex or the ring buffers over memory of your own, which need none",
  unsupported: true,
};

const NO_MEMFD: Explanation = {
  meaning: "memory without a name is not allowed here, or not known",
  remedy: "use SharedMemory.create() with a name, or a MappedFile",
};

const mappings: Table = {
  EAGAIN: {
    meaning: "more memory would be locked than the limit allows",
    remedy: "raise `ulimit -l`, or map without `lock`",
  },
  EINVAL: { meaning: "an address, length or flag does not fit" },
  ENOMEM: {
    meaning:
      "there is not enough memory or address space, or the range is not mapped",
    remedy: "map a smaller window, unmap what is unused, or raise `ulimit -v`",
  },
};

const mutexes: Table = {
  EDEADLK: {
    meaning: "this thread has it already, and would wait for itself",
    remedy: "release it first, or wait with lockAsync()",
  },
  ENOTRECOVERABLE: {
    meaning:
      "unrecoverable: an owner died, and the next one released it without repairing it",
    remedy: "recreate it when no process uses it",
  },
  EAGAIN: { meaning: "it cannot be taken once more" },
  EPERM: { meaning: "this thread does not have it" },
  ETIMEDOUT: { meaning: "timed out: another owner still holds it" },
  EINVAL: {
    meaning: "corrupt lock: its bytes were overwritten",
    remedy: "recreate it when no process uses it",
  },
};

const semaphores: Table = {
  ...descriptors,
  EACCES: { meaning: "the permission bits forbid it" },
  EEXIST: {
    meaning: "a semaphore with this name exists already",
    remedy: 'open it, choose another name, or create with `ifExists: "open"`',
  },
  EINVAL: {
    meaning: "the name or the value is not one that the system accepts",
  },
  EISDIR: { meaning: "it is a directory" },
  ELOOP: { meaning: "it is a symbolic link, which is not followed" },
  ENAMETOOLONG: { meaning: "the name is too long" },
  ENOENT: {
    meaning: "there is no semaphore with this name",
    remedy: "create it first, or check the name",
  },
  EOVERFLOW: { meaning: "the value would be larger than a semaphore's may be" },
};

const sets: Table = {
  E2BIG: {
    meaning: "there are more operations than the system allows",
    remedy: "see SemaphoreSet.limits()",
  },
  EACCES: { meaning: "the mode of the set does not grant this access" },
  EEXIST: {
    meaning: "the key has a set already",
    remedy: 'open it, choose another key, or create with `ifExists: "open"`',
  },
  EFBIG: { meaning: "the set has no semaphore with this index" },
  EIDRM: { meaning: "the set was removed" },
  EINVAL: {
    meaning:
      "there is no set with this id, or the number of semaphores does not fit",
  },
  ENOENT: {
    meaning: "the key has no set",
    remedy: "create it first, or check the key: `ipcs -s`",
  },
  ENOMEM: { meaning: "there is not enough memory" },
  ENOSPC: {
    meaning: "the system has no set or no undo entry left",
    remedy: "remove unused sets (`ipcs -s`), or raise kernel.sem",
  },
  EPERM: { meaning: "only the owner, the creator or root may do this" },
  ERANGE: { meaning: "the value would be larger than a semaphore's may be" },
};

const queues: Table = {
  ...descriptors,
  EACCES: {
    meaning: "the mode of the queue does not grant the access asked for",
    remedy: 'ask its owner, or open it with `access: "read"` or `"write"`',
  },
  EAGAIN: { meaning: "the queue is full, or empty" },
  EBADF: {
    meaning: "the queue is closed, or not open for this",
    remedy: 'open it with `access: "read-write"`',
  },
  EEXIST: {
    meaning: "a queue with this name exists already",
    remedy: 'open it, choose another name, or create with `ifExists: "open"`',
  },
  EINVAL: {
    meaning:
      "the name, the number or length of messages is not one that the system accepts",
  },
  EMSGSIZE: {
    meaning: "the message is longer than the queue allows",
    remedy: "see maxMessageLength, and send less or create a queue for more",
  },
  ENAMETOOLONG: { meaning: "the name is too long" },
  ENOENT: {
    meaning: "there is no queue with this name",
    remedy: "create it first, or check the name: MessageQueue.list()",
  },
  ENOSPC: {
    meaning: "the system has as many queues as it may have",
    remedy: "remove unused queues, or raise fs.mqueue.queues_max",
  },
};

const systemQueues: Table = {
  E2BIG: {
    meaning: "the message is longer than the room for it",
    remedy: "receive with a larger maxLength, or cut it with `truncate: true`",
  },
  EACCES: {
    meaning: "the mode of the queue does not grant this access",
    remedy: "ask its owner",
  },
  EAGAIN: { meaning: "the queue is full" },
  EEXIST: {
    meaning: "the key has a queue already",
    remedy: 'open it, choose another key, or create with `ifExists: "open"`',
  },
  EIDRM: { meaning: "the queue was removed" },
  EINVAL: {
    meaning:
      "there is no queue with this id, or the type, length or command does not fit",
    remedy: "check the id with SystemMessageQueue.list()",
  },
  ENOENT: {
    meaning: "the key has no queue",
    remedy: "create it first, or check the key: SystemMessageQueue.list()",
  },
  ENOMEM: { meaning: "there is not enough memory" },
  ENOMSG: { meaning: "the queue holds no message of the wanted type" },
  ENOSPC: {
    meaning: "the system has as many queues as it may have",
    remedy:
      "remove unused queues (SystemMessageQueue.list()), or raise kernel.msgmni",
  },
  EPERM: {
    meaning:
      "only the owner, the creator or root may do this, and only root raise maxBytes above kernel.msgmnb",
    remedy: "ask the owner, or leave maxBytes as it is",
  },
};

const reservations: Table = {
  EFBIG: { meaning: "the size is larger than the system allows" },
  ENODEV: { meaning: "it is not a regular file" },
  ENOMEM: { meaning: "there is not enough memory" },
  ENOSPC: {
    meaning: "there is no room left for its pages",
    remedy:
      "ask for less, free space, or pass `sparse: true` and risk SIGBUS on writing",
  },
  EOPNOTSUPP: { meaning: "the file system cannot reserve space" },
};

// Quoted where C spelling is not that of JavaScript.
const EXPLANATIONS: Readonly<Record<string, Table>> = {
  ftok: paths,

  shmget: {
    EACCES: {
      meaning: "the mode of the segment does not grant the access asked for",
      remedy: "ask its owner, or pass a mode that the segment grants",
    },
    EEXIST: {
      meaning: "the key has a segment already",
      remedy:
        'open it, choose another key, or create with `ifExists: "open"` (IPC_CREAT without IPC_EXCL)',
    },
    EINVAL: {
      meaning:
        "the size is 0, above the limit of the system, or larger than the existing segment",
      remedy:
        "see the limits with shmctl(0, IPC_INFO), and the size with Segment.list()",
    },
    ENFILE: descriptors.ENFILE!,
    ENOENT: {
      meaning: "the key has no segment",
      remedy: "create it first (IPC_CREAT), or check the key: Segment.list()",
    },
    ENOMEM: {
      meaning: "there is not enough memory for the segment",
      remedy:
        "ask for less, or reserve huge pages (vm.nr_hugepages) if those were asked for",
    },
    ENOSPC: {
      meaning:
        "the system has no identifier or no page left for System V memory",
      remedy:
        "remove unused segments (Segment.list()), or raise kernel.shmmni or kernel.shmall",
    },
    EPERM: {
      meaning: "huge pages need the capability CAP_IPC_LOCK",
      remedy: "create the segment without huge pages",
    },
  },

  shmat: {
    EACCES: {
      meaning: "the mode of the segment does not grant this access",
      remedy: 'attach with `access: "read"`, or ask its owner',
    },
    EIDRM: { meaning: "the segment was removed" },
    EINVAL: {
      meaning:
        "there is no segment with this id, or the address is not aligned or not free",
      remedy:
        "check the id with Segment.list(); leave the address to the system, or pass `roundDown`",
    },
    EMFILE: {
      meaning: "this process has attached as many segments as it may",
      remedy: "detach what is unused",
    },
    ENOMEM: {
      meaning: "there is not enough memory or address space",
      remedy: "detach what is unused, or raise `ulimit -v`",
    },
  },

  shmdt: {
    EINVAL: { meaning: "no segment is attached at this address" },
  },

  shmctl: {
    EACCES: {
      meaning: "the mode of the segment does not allow reading its status",
      remedy: "ask its owner, or use Segment.list()",
    },
    EFAULT: { meaning: "the status does not fit into this process's memory" },
    EIDRM: { meaning: "the segment was removed" },
    EINVAL: {
      meaning: "there is no segment with this id, or no such command",
      remedy: "check the id with Segment.list()",
    },
    ENOMEM: {
      meaning: "more memory would be locked than the limit allows",
      remedy: "raise `ulimit -l`",
    },
    EOVERFLOW: { meaning: "a user or group id is too large" },
    EPERM: {
      meaning:
        "only the owner, the creator or root may do this, and locking needs a limit above 0",
      remedy: "ask the owner, or raise `ulimit -l`",
    },
  },

  "shm_open": objects,
  "shm_unlink": objects,

  "memfd_create": {
    ...descriptors,
    EINVAL: { meaning: "the name is too long, or a flag is unknown" },
    ENOMEM: { meaning: "there is not enough memory" },
    EPERM: NO_MEMFD,
    EACCES: NO_MEMFD,
    ENOSYS: NO_MEMFD,
  },

  open: {
    ...descriptors,
    ...paths,
    EEXIST: {
      meaning: "the file exists already",
      remedy: 'open it, or create with `create: "if-missing"`',
    },
    EISDIR: { meaning: "it is a directory" },
    EROFS: {
      meaning: "it lies on a read-only file system",
      remedy: "open it for reading only",
    },
    ENOSPC: { meaning: "the directory has no room for a new file" },
    ENXIO: { meaning: "it is a pipe, socket or device, not a file" },
    ETIMEDOUT: {
      meaning: "nobody has opened the other end in time",
      remedy: "start the reader, or wait longer",
    },
    EPERM: { meaning: "a seal or the file system forbids it" },
    ETXTBSY: {
      meaning: "it is a program that runs",
      remedy: "open it for reading only",
    },
  },

  ftruncate: {
    EBADF: { meaning: "it is not open for writing" },
    EFBIG: { meaning: "the size is larger than the system allows" },
    EINVAL: {
      meaning:
        "it is not open for writing, or is not something that has a size",
      remedy: 'open it with `access: "read-write"`',
    },
    EPERM: { meaning: "a seal forbids it" },
    EROFS: { meaning: "it lies on a read-only file system" },
    ETXTBSY: { meaning: "it is a program that runs" },
    ENOMEM: { meaning: "there is not enough memory" },
    ENOSPC: { meaning: "there is no room left" },
  },

  "posix_fallocate": reservations,
  fallocate: reservations,

  fstat: { EBADF: { meaning: "it is closed" } },
  fstatfs: { EBADF: { meaning: "it is closed" } },
  mincore: {
    ENOMEM: { meaning: "a part of the memory is not mapped" },
  },
  fchmod: { EPERM: { meaning: "only the owner or root may do this" } },
  flock: {
    EAGAIN: {
      meaning: "another process holds it exclusively",
      remedy: "try again",
    },
    EINTR: { meaning: "a signal came first" },
    ENOLCK: { meaning: "the kernel has no room for another lock" },
    EOPNOTSUPP: { meaning: "the file system has no locks" },
    ENOSYS: { meaning: "the kernel has no such locks" },
  },
  "fcntl:lock": {
    EAGAIN: { meaning: "another handle has it locked" },
    EBADF: {
      meaning: "the handle is not open for this kind of lock",
      remedy:
        'open it with access "read-write" for an exclusive lock, or ask for kind "shared"',
    },
    ETIMEDOUT: { meaning: "timed out: another handle still holds it" },
    EINVAL: NO_LOCKS,
    ENOSYS: NO_LOCKS,
    EOPNOTSUPP: NO_LOCKS,
    ENOLCK: {
      meaning:
        "the kernel has no room for another lock, or the file system has none",
      remedy: "unlock what is not needed, or use a file on another file system",
    },
    EOVERFLOW: { meaning: "the range reaches beyond what the system allows" },
  },
  "fcntl:seal": {
    EBADF: { meaning: "it is closed, or not open for writing" },
    EBUSY: {
      meaning: "a writable mapping of it exists",
      remedy: "unmap it everywhere before sealing it against writes",
    },
    EINVAL: { meaning: "it cannot be sealed" },
    EPERM: { meaning: "it was sealed against further seals" },
  },

  mmap: {
    ...mappings,
    EACCES: {
      meaning: "it is not open for this access",
      remedy:
        'open it with `access: "read-write"`, or map it with `access: "read"` or `"copy-on-write"`',
    },
    EBADF: { meaning: "it is closed" },
    EEXIST: {
      meaning: "something is mapped at this address already",
      remedy: "leave the address to the system",
    },
    EINVAL: {
      meaning:
        "the address, length or offset is not a multiple of the page size, or is too large",
      remedy: "leave the address to the system",
    },
    ENFILE: descriptors.ENFILE!,
    ENODEV: { meaning: "the file system cannot map it" },
    EOVERFLOW: { meaning: "offset and length together are too large" },
    EPERM: {
      meaning: "a seal, or the file system, forbids this access",
      remedy: 'map it with `access: "read"`',
    },
  },
  munmap: mappings,
  mlock: {
    ...mappings,
    ENOMEM: {
      meaning: "more memory would be locked than the limit allows",
      remedy: "raise `ulimit -l`, or map without `lock`",
    },
    EPERM: {
      meaning: "this process may not lock memory",
      remedy: "raise `ulimit -l`, or map without `lock`",
    },
  },
  msync: {
    ...mappings,
    EBUSY: {
      meaning: "a part of it is locked in memory, so it cannot be invalidated",
      remedy: "sync without `invalidate`, or map without `lock`",
    },
    EIO: { meaning: "the disk could not be written" },
  },
  madvise: {
    ...mappings,
    EACCES: { meaning: "the memory is not mapped for this" },
    EBADF: { meaning: "the memory is not that of a file" },
    EFAULT: {
      meaning: "some pages are not available",
      remedy: "the file may have been cut, or its file system be full",
    },
    EINVAL: {
      meaning: "this memory, or this kernel, does not take the advice",
    },
    EPERM: { meaning: "this advice is not allowed here" },
  },
  "sem_open": semaphores,
  "sem_unlink": semaphores,
  "sem_post": semaphores,
  semget: sets,
  semop: sets,
  semctl: sets,
  "pthread_mutex_lock": mutexes,
  "pthread_mutex_unlock": mutexes,
  "pthread_rwlock_rdlock": mutexes,
  "pthread_rwlock_wrlock": mutexes,
  "mq_open": queues,
  "mq_getattr": queues,
  "mq_send": queues,
  "mq_receive": queues,
  "mq_unlink": queues,
  msgget: systemQueues,
  msgsnd: systemQueues,
  msgrcv: systemQueues,
  msgctl: systemQueues,
  mkfifo: {
    ...paths,
    EACCES: {
      meaning: "the permission bits of a folder on the way forbid it",
      remedy: "choose another folder",
    },
    EEXIST: {
      meaning: "something with this path exists already",
      remedy: 'open it, or create with `ifExists: "open"`',
    },
    EROFS: { meaning: "it lies on a read-only file system" },
    EPERM: { meaning: "the file system has no named pipes" },
  },
  unlink: {
    ...paths,
    ENOENT: {
      meaning: "there is no such file",
      remedy: "it was removed before, or lies at another path",
    },
    EACCES: { meaning: "the permission bits of its folder forbid it" },
    EISDIR: { meaning: "it is a directory" },
    EPERM: { meaning: "only its owner or root may do this" },
    EROFS: { meaning: "it lies on a read-only file system" },
  },
  write: {
    EPIPE: {
      meaning: "nobody has the other end open for reading any longer",
      remedy: "open it again, which waits for the next reader",
    },
  },
  opendir: paths,
  statvfs: paths,
};

/** Errors whose meaning does not depend on the call. */
const COMMON: Table = {
  ...descriptors,
  EPERM: { meaning: "the system does not permit it" },
  EINVAL: { meaning: "an argument does not fit" },
  ENOMEM: { meaning: "there is not enough memory" },
  ENOSPC: { meaning: "there is no room left" },
  EINTR: { meaning: "a signal came first", remedy: "try again" },
  ENOSYS: { meaning: "this system has no such call" },
  EIO: { meaning: "the device failed" },
};

/**
 * Explains an error number for a call.
 *
 * @param syscall The function of libc that failed.
 * @param code The name of the error: "EEXIST".
 */
export function explain(syscall: string, code: string): Explanation {
  return EXPLANATIONS[syscall]?.[code] ?? COMMON[code] ??
    { meaning: "the call failed" };
}
