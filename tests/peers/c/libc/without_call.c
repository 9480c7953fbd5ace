/* without_call NAME[:ARGUMENT] ERRNO COMMAND...: runs a command for which a
 * system call fails with an error number, as on a kernel or in a sandbox that
 * does not have it; with ARGUMENT, only where that is its second argument. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
  const char *name;
  unsigned number;
} CALLS[] = {
    {"fcntl", SYS_fcntl},         {"flock", SYS_flock},
    {"fallocate", SYS_fallocate}, {"memfd_create", SYS_memfd_create},
    {"futex_waitv", 449},         {"statfs", SYS_statfs},
    {"get_robust_list", SYS_get_robust_list},
};

static unsigned number_of(const char *name, size_t length) {
  for (size_t i = 0; i < sizeof CALLS / sizeof CALLS[0]; i++) {
    if (strlen(CALLS[i].name) == length &&
        strncmp(CALLS[i].name, name, length) == 0) {
      return CALLS[i].number;
    }
  }
  fprintf(stderr, "unknown call %s\n", name);
  exit(2);
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  const char *colon = strchr(argv[1], ':');
  size_t length = colon ? (size_t)(colon - argv[1]) : strlen(argv[1]);
  unsigned number = number_of(argv[1], length);
  unsigned error = SECCOMP_RET_ERRNO | (unsigned)atoi(argv[2]);
  unsigned argument = colon ? (unsigned)atoi(colon + 1) : 0;
  struct sock_filter instructions[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, colon ? 3 : 1),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
               offsetof(struct seccomp_data, args[1])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, argument, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  if (!colon) {
    instructions[2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, error);
    instructions[3] =
        (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  }
  struct sock_fprog filter = {
      sizeof instructions / sizeof instructions[0],
      instructions,
  };
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == -1) {
    perror("prctl");
    return 2;
  }
  execvp(argv[3], argv + 3);
  perror("execvp");
  return 2;
}
