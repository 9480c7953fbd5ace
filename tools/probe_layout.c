/*
 * Prints what the headers of this system say about every struct, constant,
 * advice and error number in ffi/. tests/ffi/layout_test.ts compares.
 *
 *   cc -o probe_layout tools/probe_layout.c && ./probe_layout
 *
 * One fact in a line, its words separated by a space:
 *
 *   struct NAME SIZE
 *   field STRUCT.NAME OFFSET SIZE signed|unsigned|array
 *   constant NAME VALUE
 *   advice NAME VALUE
 *   errno NAME VALUE
 *   absent NAME              these headers do not have it
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#ifdef __linux__
#include <mqueue.h>
#endif
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#ifdef __linux__
#include <asm-generic/hugetlb_encode.h>
/* The kernel's own lists are often newer than those of libc. */
#include <asm/mman.h>
#include <sys/vfs.h>
#include <asm/unistd.h>
#ifndef SHM_HUGE_2MB
#define SHM_HUGE_2MB HUGETLB_FLAG_ENCODE_2MB
#endif
#ifndef SHM_HUGE_1GB
#define SHM_HUGE_1GB HUGETLB_FLAG_ENCODE_1GB
#endif
#endif

/* What some system or some older header lacks. */
#define ABSENT LLONG_MIN
#ifndef IPC_INFO
#define IPC_INFO ABSENT
#endif
#ifndef SHM_LOCK
#define SHM_LOCK ABSENT
#endif
#ifndef SHM_UNLOCK
#define SHM_UNLOCK ABSENT
#endif
#ifndef SHM_INFO
#define SHM_INFO ABSENT
#endif
#ifndef SHM_STAT_ANY
#define SHM_STAT_ANY ABSENT
#endif
#ifndef SHM_HUGETLB
#define SHM_HUGETLB ABSENT
#endif
#ifndef SHM_HUGE_2MB
#define SHM_HUGE_2MB ABSENT
#endif
#ifndef SHM_HUGE_1GB
#define SHM_HUGE_1GB ABSENT
#endif
#ifndef SHM_NORESERVE
#define SHM_NORESERVE ABSENT
#endif
#ifndef SHM_DEST
#define SHM_DEST ABSENT
#endif
#ifndef SHM_LOCKED
#define SHM_LOCKED ABSENT
#endif
#ifndef F_ADD_SEALS
#define F_ADD_SEALS ABSENT
#endif
#ifndef F_GET_SEALS
#define F_GET_SEALS ABSENT
#endif
#ifndef F_SEAL_SEAL
#define F_SEAL_SEAL ABSENT
#endif
#ifndef F_SEAL_SHRINK
#define F_SEAL_SHRINK ABSENT
#endif
#ifndef F_SEAL_GROW
#define F_SEAL_GROW ABSENT
#endif
#ifndef F_SEAL_WRITE
#define F_SEAL_WRITE ABSENT
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE ABSENT
#endif
#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC ABSENT
#endif
#ifndef MFD_ALLOW_SEALING
#define MFD_ALLOW_SEALING ABSENT
#endif
#ifndef MFD_HUGETLB
#define MFD_HUGETLB ABSENT
#endif
#ifndef MSG_EXCEPT
#define MSG_EXCEPT ABSENT
#endif
#ifndef MSG_COPY
#define MSG_COPY ABSENT
#endif
#ifndef MSG_STAT
#define MSG_STAT ABSENT
#endif
#ifndef MSG_INFO
#define MSG_INFO ABSENT
#endif
#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY ABSENT
#endif
#ifndef RLIMIT_MSGQUEUE
#define RLIMIT_MSGQUEUE ABSENT
#endif
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE ABSENT
#endif
#ifndef MAP_HUGETLB
#define MAP_HUGETLB ABSENT
#endif
#ifndef MAP_POPULATE
#define MAP_POPULATE ABSENT
#endif
#ifndef O_PATH
#define O_PATH ABSENT
#endif
#ifndef MADV_FREE
#define MADV_FREE ABSENT
#endif
#ifndef MADV_DONTFORK
#define MADV_DONTFORK ABSENT
#endif
#ifndef MADV_DOFORK
#define MADV_DOFORK ABSENT
#endif
#ifndef MADV_MERGEABLE
#define MADV_MERGEABLE ABSENT
#endif
#ifndef MADV_UNMERGEABLE
#define MADV_UNMERGEABLE ABSENT
#endif
#ifndef MADV_HUGEPAGE
#define MADV_HUGEPAGE ABSENT
#endif
#ifndef MADV_NOHUGEPAGE
#define MADV_NOHUGEPAGE ABSENT
#endif
#ifndef MADV_DONTDUMP
#define MADV_DONTDUMP ABSENT
#endif
#ifndef MADV_DODUMP
#define MADV_DODUMP ABSENT
#endif
#ifndef MADV_COLD
#define MADV_COLD ABSENT
#endif
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT ABSENT
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ ABSENT
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE ABSENT
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE ABSENT
#endif

#ifndef __NR_futex
#define __NR_futex ABSENT
#endif
#ifndef __NR_get_robust_list
#define __NR_get_robust_list ABSENT
#endif
#ifndef __NR_futex_waitv
#define __NR_futex_waitv ABSENT
#endif

#define STRUCT(type) \
  printf("struct " #type " %zu\n", sizeof(struct type))

#define TYPE(type, member) __typeof__(((struct type *)0)->member)

#define SIGN(type, member) \
  ((TYPE(type, member))-1 < (TYPE(type, member))1 ? "signed" : "unsigned")

/* `name` is what manuals call the field, `member` what this header does. */
#define FIELD(type, name, member)                         \
  printf("field " #type "." name " %zu %zu %s\n",         \
         offsetof(struct type, member),                   \
         sizeof(TYPE(type, member)), SIGN(type, member))

#define ARRAY(type, name, member)                         \
  printf("field " #type "." name " %zu %zu array\n",      \
         offsetof(struct type, member), sizeof(TYPE(type, member)))

/* `struct ipc_perm`, which both kinds of objects start with. */
#ifdef __APPLE__
#define IPC_PERM_KEY _key
#define IPC_PERM_SEQ _seq
#define MSG_CBYTES msg_cbytes
#else
#define IPC_PERM_KEY __key
#define IPC_PERM_SEQ __seq
#define MSG_CBYTES __msg_cbytes
#endif
#if defined(__GLIBC__) && __GLIBC__ == 2 && __GLIBC_MINOR__ < 32
/* Declared as 16 bits with padding behind; the kernel writes all 32. */
#define IPC_PERM_MODE(type, perm)                         \
  printf("field " #type ".mode %zu 4 unsigned\n",         \
         offsetof(struct type, perm.mode))
#else
#define IPC_PERM_MODE(type, perm) FIELD(type, "mode", perm.mode)
#endif
#define IPC_PERM(type, perm)                              \
  do {                                                    \
    FIELD(type, "key", perm.IPC_PERM_KEY);                \
    FIELD(type, "uid", perm.uid);                         \
    FIELD(type, "gid", perm.gid);                         \
    FIELD(type, "cuid", perm.cuid);                       \
    FIELD(type, "cgid", perm.cgid);                       \
    IPC_PERM_MODE(type, perm);                            \
    FIELD(type, "seq", perm.IPC_PERM_SEQ);                \
  } while (0)

#define CONSTANT(name) number("constant", #name, (long long)(name))
#define ADVICE(word, name) number("advice", word, (long long)(name))

/* A name that is no macro here stays a word, and then it is no number. */
#define TEXT(token) #token
#define ERRNO(name) error_number(#name, TEXT(name))

static void number(const char *kind, const char *name, long long value) {
  if (value == ABSENT) {
    printf("absent %s\n", name);
  } else {
    printf("%s %s %lld\n", kind, name, value);
  }
}

static void error_number(const char *name, const char *text) {
  char *end;
  long value = strtol(text, &end, 0);
  number("errno", name, *end == '\0' ? value : ABSENT);
}

static void structs(void) {
  STRUCT(shmid_ds);
  IPC_PERM(shmid_ds, shm_perm);
  FIELD(shmid_ds, "shm_segsz", shm_segsz);
  FIELD(shmid_ds, "shm_atime", shm_atime);
  FIELD(shmid_ds, "shm_dtime", shm_dtime);
  FIELD(shmid_ds, "shm_ctime", shm_ctime);
  FIELD(shmid_ds, "shm_cpid", shm_cpid);
  FIELD(shmid_ds, "shm_lpid", shm_lpid);
  FIELD(shmid_ds, "shm_nattch", shm_nattch);

#ifdef __linux__
  STRUCT(shminfo);
  FIELD(shminfo, "shmmax", shmmax);
  FIELD(shminfo, "shmmin", shmmin);
  FIELD(shminfo, "shmmni", shmmni);
  FIELD(shminfo, "shmseg", shmseg);
  FIELD(shminfo, "shmall", shmall);

  STRUCT(shm_info);
  FIELD(shm_info, "used_ids", used_ids);
  FIELD(shm_info, "shm_tot", shm_tot);
  FIELD(shm_info, "shm_rss", shm_rss);
  FIELD(shm_info, "shm_swp", shm_swp);
  FIELD(shm_info, "swap_attempts", swap_attempts);
  FIELD(shm_info, "swap_successes", swap_successes);
#endif

  STRUCT(semid_ds);
  IPC_PERM(semid_ds, sem_perm);
  FIELD(semid_ds, "sem_otime", sem_otime);
  FIELD(semid_ds, "sem_ctime", sem_ctime);
  FIELD(semid_ds, "sem_nsems", sem_nsems);

  STRUCT(msqid_ds);
  IPC_PERM(msqid_ds, msg_perm);
  FIELD(msqid_ds, "msg_stime", msg_stime);
  FIELD(msqid_ds, "msg_rtime", msg_rtime);
  FIELD(msqid_ds, "msg_ctime", msg_ctime);
  FIELD(msqid_ds, "msg_cbytes", MSG_CBYTES);
  FIELD(msqid_ds, "msg_qnum", msg_qnum);
  FIELD(msqid_ds, "msg_qbytes", msg_qbytes);
  FIELD(msqid_ds, "msg_lspid", msg_lspid);
  FIELD(msqid_ds, "msg_lrpid", msg_lrpid);

#ifdef __linux__
  STRUCT(msginfo);
  FIELD(msginfo, "msgpool", msgpool);
  FIELD(msginfo, "msgmap", msgmap);
  FIELD(msginfo, "msgmax", msgmax);
  FIELD(msginfo, "msgmnb", msgmnb);
  FIELD(msginfo, "msgmni", msgmni);
  FIELD(msginfo, "msgtql", msgtql);

  STRUCT(mq_attr);
  FIELD(mq_attr, "mq_flags", mq_flags);
  FIELD(mq_attr, "mq_maxmsg", mq_maxmsg);
  FIELD(mq_attr, "mq_msgsize", mq_msgsize);
  FIELD(mq_attr, "mq_curmsgs", mq_curmsgs);
#endif

  STRUCT(pollfd);
  FIELD(pollfd, "fd", fd);
  FIELD(pollfd, "events", events);
  FIELD(pollfd, "revents", revents);

  STRUCT(flock);
  FIELD(flock, "l_type", l_type);
  FIELD(flock, "l_whence", l_whence);
  FIELD(flock, "l_start", l_start);
  FIELD(flock, "l_len", l_len);
  FIELD(flock, "l_pid", l_pid);

#ifdef __linux__
  STRUCT(seminfo);
  FIELD(seminfo, "semmni", semmni);
  FIELD(seminfo, "semmns", semmns);
  FIELD(seminfo, "semmsl", semmsl);
  FIELD(seminfo, "semopm", semopm);
  FIELD(seminfo, "semusz", semusz);
  FIELD(seminfo, "semvmx", semvmx);
  FIELD(seminfo, "semaem", semaem);
#endif

  STRUCT(stat);
  FIELD(stat, "st_dev", st_dev);
  FIELD(stat, "st_ino", st_ino);
  FIELD(stat, "st_mode", st_mode);
  FIELD(stat, "st_nlink", st_nlink);
  FIELD(stat, "st_uid", st_uid);
  FIELD(stat, "st_gid", st_gid);
  FIELD(stat, "st_size", st_size);
  FIELD(stat, "st_blocks", st_blocks);
  FIELD(stat, "st_atime", st_atime);
  FIELD(stat, "st_mtime", st_mtime);
  FIELD(stat, "st_ctime", st_ctime);

#ifdef __linux__
  STRUCT(statfs);
  FIELD(statfs, "f_type", f_type);
#endif

  STRUCT(statvfs);
  FIELD(statvfs, "f_frsize", f_frsize);
  FIELD(statvfs, "f_blocks", f_blocks);
  FIELD(statvfs, "f_bavail", f_bavail);
  FIELD(statvfs, "f_files", f_files);
  FIELD(statvfs, "f_favail", f_favail);

  STRUCT(dirent);
  ARRAY(dirent, "d_name", d_name);

  /* A name of its own, not of a struct, and opaque. */
  printf("struct pthread_mutex_t %zu\n", sizeof(pthread_mutex_t));
}

static void constants(void) {
  CONSTANT(IPC_PRIVATE);
  CONSTANT(IPC_CREAT);
  CONSTANT(IPC_EXCL);
  CONSTANT(IPC_RMID);
  CONSTANT(IPC_SET);
  CONSTANT(IPC_STAT);
  CONSTANT(IPC_INFO);
  CONSTANT(IPC_NOWAIT);
  CONSTANT(MSG_NOERROR);
  CONSTANT(MSG_EXCEPT);
  CONSTANT(MSG_COPY);
  CONSTANT(MSG_STAT);
  CONSTANT(MSG_INFO);
  CONSTANT(MSG_STAT_ANY);
  CONSTANT(RLIMIT_MSGQUEUE);
  CONSTANT(POLLIN);
  CONSTANT(POLLOUT);
  CONSTANT(POLLHUP);
  CONSTANT(S_IFIFO);
  CONSTANT(O_WRONLY);
  CONSTANT(SHM_LOCK);
  CONSTANT(SHM_UNLOCK);
  CONSTANT(SHM_INFO);
  CONSTANT(SHM_STAT);
  CONSTANT(SHM_STAT_ANY);
  CONSTANT(SHM_HUGETLB);
  CONSTANT(SHM_HUGE_2MB);
  CONSTANT(SHM_HUGE_1GB);
  CONSTANT(SHM_NORESERVE);
  CONSTANT(SHM_RDONLY);
  CONSTANT(SHM_RND);
  CONSTANT(SHM_DEST);
  CONSTANT(SHM_LOCKED);
  CONSTANT(O_RDONLY);
  CONSTANT(O_RDWR);
  CONSTANT(PROT_READ);
  CONSTANT(PROT_WRITE);
  CONSTANT(MAP_SHARED);
  CONSTANT(MAP_PRIVATE);
  CONSTANT(MS_ASYNC);
  CONSTANT(MS_INVALIDATE);
  CONSTANT(LOCK_SH);
  CONSTANT(LOCK_EX);
  CONSTANT(LOCK_NB);
  CONSTANT(LOCK_UN);
  CONSTANT(F_ADD_SEALS);
  CONSTANT(F_GET_SEALS);
  CONSTANT(F_SEAL_SEAL);
  CONSTANT(F_SEAL_SHRINK);
  CONSTANT(F_SEAL_GROW);
  CONSTANT(F_SEAL_WRITE);
  CONSTANT(F_SEAL_FUTURE_WRITE);
  CONSTANT(MFD_CLOEXEC);
  CONSTANT(MFD_ALLOW_SEALING);
  CONSTANT(MFD_HUGETLB);
  CONSTANT(S_IFMT);
  CONSTANT(S_IFREG);
  CONSTANT(O_CREAT);
  CONSTANT(O_EXCL);
  CONSTANT(O_NONBLOCK);
  CONSTANT(O_NOCTTY);
  CONSTANT(F_RDLCK);
  CONSTANT(F_OFD_GETLK);
  CONSTANT(F_OFD_SETLK);
  CONSTANT(F_WRLCK);
  CONSTANT(F_UNLCK);
  CONSTANT(O_CLOEXEC);
  CONSTANT(O_NOFOLLOW);
  CONSTANT(MAP_ANON);
  CONSTANT(MAP_NORESERVE);
  CONSTANT(MS_SYNC);
  CONSTANT(MAP_FIXED_NOREPLACE);
  CONSTANT(MAP_HUGETLB);
  CONSTANT(MAP_POPULATE);
  CONSTANT(O_PATH);
}

static void synchronisation(void) {
  CONSTANT(GETPID);
  CONSTANT(GETVAL);
  CONSTANT(GETALL);
  CONSTANT(GETNCNT);
  CONSTANT(GETZCNT);
  CONSTANT(SETVAL);
  CONSTANT(SETALL);
  CONSTANT(CLOCK_MONOTONIC);
  CONSTANT(PTHREAD_MUTEX_RECURSIVE);
  CONSTANT(PTHREAD_MUTEX_ERRORCHECK);
  CONSTANT(__NR_futex);
  CONSTANT(__NR_futex_waitv);
  CONSTANT(__NR_get_robust_list);
}

static void advice(void) {
  ADVICE("normal", MADV_NORMAL);
  ADVICE("random", MADV_RANDOM);
  ADVICE("sequential", MADV_SEQUENTIAL);
  ADVICE("will-need", MADV_WILLNEED);
  ADVICE("dont-need", MADV_DONTNEED);
  ADVICE("free", MADV_FREE);
  ADVICE("dont-fork", MADV_DONTFORK);
  ADVICE("do-fork", MADV_DOFORK);
  ADVICE("mergeable", MADV_MERGEABLE);
  ADVICE("unmergeable", MADV_UNMERGEABLE);
  ADVICE("huge-page", MADV_HUGEPAGE);
  ADVICE("no-huge-page", MADV_NOHUGEPAGE);
  ADVICE("dont-dump", MADV_DONTDUMP);
  ADVICE("do-dump", MADV_DODUMP);
  ADVICE("cold", MADV_COLD);
  ADVICE("page-out", MADV_PAGEOUT);
  ADVICE("populate-read", MADV_POPULATE_READ);
  ADVICE("populate-write", MADV_POPULATE_WRITE);
  ADVICE("collapse", MADV_COLLAPSE);
}

static void error_numbers(void) {
  ERRNO(EPERM);
  ERRNO(ENOENT);
  ERRNO(ESRCH);
  ERRNO(EINTR);
  ERRNO(EIO);
  ERRNO(ENXIO);
  ERRNO(E2BIG);
  ERRNO(ENOEXEC);
  ERRNO(EBADF);
  ERRNO(ECHILD);
  ERRNO(EAGAIN);
  ERRNO(ENOMEM);
  ERRNO(EACCES);
  ERRNO(EFAULT);
  ERRNO(ENOTBLK);
  ERRNO(EBUSY);
  ERRNO(EEXIST);
  ERRNO(EXDEV);
  ERRNO(ENODEV);
  ERRNO(ENOTDIR);
  ERRNO(EISDIR);
  ERRNO(EINVAL);
  ERRNO(ENFILE);
  ERRNO(EMFILE);
  ERRNO(ENOTTY);
  ERRNO(ETXTBSY);
  ERRNO(EFBIG);
  ERRNO(ENOSPC);
  ERRNO(ESPIPE);
  ERRNO(EROFS);
  ERRNO(EMLINK);
  ERRNO(EPIPE);
  ERRNO(EDOM);
  ERRNO(ERANGE);
  ERRNO(EDEADLK);
  ERRNO(ENAMETOOLONG);
  ERRNO(ENOLCK);
  ERRNO(ENOSYS);
  ERRNO(ENOTEMPTY);
  ERRNO(ELOOP);
  ERRNO(ENOMSG);
  ERRNO(EIDRM);
  ERRNO(ECHRNG);
  ERRNO(EL2NSYNC);
  ERRNO(EL3HLT);
  ERRNO(EL3RST);
  ERRNO(ELNRNG);
  ERRNO(EUNATCH);
  ERRNO(ENOCSI);
  ERRNO(EL2HLT);
  ERRNO(EBADE);
  ERRNO(EBADR);
  ERRNO(EXFULL);
  ERRNO(ENOANO);
  ERRNO(EBADRQC);
  ERRNO(EBADSLT);
  ERRNO(EBFONT);
  ERRNO(ENOSTR);
  ERRNO(ENODATA);
  ERRNO(ETIME);
  ERRNO(ENOSR);
  ERRNO(ENONET);
  ERRNO(ENOPKG);
  ERRNO(EREMOTE);
  ERRNO(ENOLINK);
  ERRNO(EADV);
  ERRNO(ESRMNT);
  ERRNO(ECOMM);
  ERRNO(EPROTO);
  ERRNO(EMULTIHOP);
  ERRNO(EDOTDOT);
  ERRNO(EBADMSG);
  ERRNO(EOVERFLOW);
  ERRNO(ENOTUNIQ);
  ERRNO(EBADFD);
  ERRNO(EREMCHG);
  ERRNO(ELIBACC);
  ERRNO(ELIBBAD);
  ERRNO(ELIBSCN);
  ERRNO(ELIBMAX);
  ERRNO(ELIBEXEC);
  ERRNO(EILSEQ);
  ERRNO(ERESTART);
  ERRNO(ESTRPIPE);
  ERRNO(EUSERS);
  ERRNO(ENOTSOCK);
  ERRNO(EDESTADDRREQ);
  ERRNO(EMSGSIZE);
  ERRNO(EPROTOTYPE);
  ERRNO(ENOPROTOOPT);
  ERRNO(EPROTONOSUPPORT);
  ERRNO(ESOCKTNOSUPPORT);
  ERRNO(EOPNOTSUPP);
  ERRNO(EPFNOSUPPORT);
  ERRNO(EAFNOSUPPORT);
  ERRNO(EADDRINUSE);
  ERRNO(EADDRNOTAVAIL);
  ERRNO(ENETDOWN);
  ERRNO(ENETUNREACH);
  ERRNO(ENETRESET);
  ERRNO(ECONNABORTED);
  ERRNO(ECONNRESET);
  ERRNO(ENOBUFS);
  ERRNO(EISCONN);
  ERRNO(ENOTCONN);
  ERRNO(ESHUTDOWN);
  ERRNO(ETOOMANYREFS);
  ERRNO(ETIMEDOUT);
  ERRNO(ECONNREFUSED);
  ERRNO(EHOSTDOWN);
  ERRNO(EHOSTUNREACH);
  ERRNO(EALREADY);
  ERRNO(EINPROGRESS);
  ERRNO(ESTALE);
  ERRNO(EUCLEAN);
  ERRNO(ENOTNAM);
  ERRNO(ENAVAIL);
  ERRNO(EISNAM);
  ERRNO(EREMOTEIO);
  ERRNO(EDQUOT);
  ERRNO(ENOMEDIUM);
  ERRNO(EMEDIUMTYPE);
  ERRNO(ECANCELED);
  ERRNO(ENOKEY);
  ERRNO(EKEYEXPIRED);
  ERRNO(EKEYREVOKED);
  ERRNO(EKEYREJECTED);
  ERRNO(EOWNERDEAD);
  ERRNO(ENOTRECOVERABLE);
  ERRNO(ERFKILL);
  ERRNO(EHWPOISON);
  ERRNO(ENOTSUP);
  ERRNO(EPROCLIM);
  ERRNO(EBADRPC);
  ERRNO(ERPCMISMATCH);
  ERRNO(EPROGUNAVAIL);
  ERRNO(EPROGMISMATCH);
  ERRNO(EPROCUNAVAIL);
  ERRNO(EFTYPE);
  ERRNO(EAUTH);
  ERRNO(ENEEDAUTH);
  ERRNO(EPWROFF);
  ERRNO(EDEVERR);
  ERRNO(EBADEXEC);
  ERRNO(EBADARCH);
  ERRNO(ESHLIBVERS);
  ERRNO(EBADMACHO);
  ERRNO(ENOATTR);
  ERRNO(ENOPOLICY);
  ERRNO(EQFULL);
  ERRNO(ENOTCAPABLE);
}

int main(void) {
  structs();
  constants();
  synchronisation();
  advice();
  error_numbers();
  return 0;
}
