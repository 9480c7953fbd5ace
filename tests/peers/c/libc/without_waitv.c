/* without_waitv ERRNO COMMAND...: runs a command for which futex_waitv fails
 * with an error number: ENOSYS as on a kernel before Linux 5.16, EPERM as in a
 * sandbox that does not know the call. With a minus in front the call is known,
 * and fails when there is something to sleep on, as with ENOMEM. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { FUTEX_WAITV = 449 }; /* On every architecture but alpha. */

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int number = atoi(argv[1]);
  unsigned few = number < 0 ? 1 : 0; /* From how many words on it fails. */
  struct sock_filter instructions[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FUTEX_WAITV, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, few, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)abs(number)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {
      sizeof instructions / sizeof instructions[0],
      instructions,
  };
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == -1) {
    perror("prctl");
    return 2;
  }
  execvp(argv[2], argv + 2);
  perror("execvp");
  return 2;
}
