/* The other side of a test of System V semaphores, in C: does what it is told
 * on stdin, a line at a time, and answers with one line. It has one set.
 *
 *   create KEY COUNT, open KEY, id ID
 *   operate OPERATION...   each INDEX,DELTA, with u for SEM_UNDO, n for
 *                          IPC_NOWAIT behind it: 0,-1un
 *   values, remove
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>

enum { MOST = 64 };

union semun {
  int val;
  struct semid_ds *buf;
  unsigned short *array;
};

static int set = -1;

static int answer(int result) {
  if (result != -1) return printf("ok %d\n", result);
  return printf("error %s\n", strerrorname_np(errno));
}

static int operate(char *words) {
  struct sembuf operations[MOST];
  size_t count = 0;
  for (char *word = strtok(words, " \n"); word != NULL && count < MOST;
       word = strtok(NULL, " \n")) {
    int index, delta;
    char flags[4] = "";
    if (sscanf(word, "%d,%d%3s", &index, &delta, flags) < 2)
      return printf("error bad operation\n");
    operations[count].sem_num = (unsigned short)index;
    operations[count].sem_op = (short)delta;
    operations[count].sem_flg =
        (short)((strchr(flags, 'u') != NULL ? SEM_UNDO : 0) |
                (strchr(flags, 'n') != NULL ? IPC_NOWAIT : 0));
    count++;
  }
  return answer(semop(set, operations, count));
}

static int answer_values(void) {
  struct semid_ds status;
  unsigned short values[MOST];
  union semun argument = {.buf = &status};
  if (semctl(set, 0, IPC_STAT, argument) == -1) return answer(-1);
  argument.array = values;
  if (status.sem_nsems > MOST) return printf("error too many\n");
  if (semctl(set, 0, GETALL, argument) == -1) return answer(-1);
  printf("ok");
  for (size_t i = 0; i < status.sem_nsems; i++) printf(" %d", values[i]);
  return printf("\n");
}

int main(void) {
  static char line[1024], word[32];
  while (fgets(line, sizeof line, stdin) != NULL) {
    long key = 0;
    int count = 0;
    if (sscanf(line, "%31s", word) != 1) word[0] = '\0';
    if (sscanf(line, "create %ld %d", &key, &count) == 2) {
      answer(set = semget((key_t)key, count, IPC_CREAT | IPC_EXCL | 0600));
    } else if (sscanf(line, "open %ld", &key) == 1) {
      answer(set = semget((key_t)key, 0, 0));
    } else if (sscanf(line, "id %d", &count) == 1) {
      answer(set = count);
    } else if (strcmp(word, "operate") == 0) {
      operate(line + strlen("operate "));
    } else if (strcmp(word, "values") == 0) {
      answer_values();
    } else if (strcmp(word, "remove") == 0) {
      answer(semctl(set, 0, IPC_RMID));
    } else {
      printf("error unknown command\n");
    }
    fflush(stdout);
  }
  return 0;
}
