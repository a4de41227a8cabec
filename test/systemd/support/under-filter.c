// Runs a command under the system call filters a unit describes, as systemd would set them:
//   under-filter SYSCALLS FAMILIES COMMAND…
// SYSCALLS: the names of the allowed calls, separated by spaces; every other call fails with EPERM
// (SystemCallFilter=, SystemCallErrorNumber=EPERM). FAMILIES: the numbers of the allowed socket families; a socket of
// another one fails with EAFNOSUPPORT (RestrictAddressFamilies=). Names of other architectures are passed over.
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char* what, int error) {
  fprintf(stderr, "under-filter: %s: %s\n", what, strerror(error));
  exit(125);
}

static void check(const char* what, int result) {
  if (result < 0) fail(what, -result);
}

static scmp_filter_ctx begin(unsigned int otherwise) {
  const scmp_filter_ctx filter = seccomp_init(otherwise);
  if (filter == NULL) fail("seccomp_init", ENOMEM);
  return filter;
}

static scmp_filter_ctx calls(char* names) {
  const scmp_filter_ctx filter = begin(SCMP_ACT_ERRNO(EPERM));
  for (char* name = strtok(names, " \n"); name != NULL; name = strtok(NULL, " \n")) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number != __NR_SCMP_ERROR && number >= 0) check(name, seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0));
  }
  return filter;
}

static scmp_filter_ctx families(char* numbers) {
  const scmp_filter_ctx filter = begin(SCMP_ACT_ALLOW);
  int allowed[AF_MAX] = {0};
  for (char* number = strtok(numbers, " "); number != NULL; number = strtok(NULL, " ")) allowed[atoi(number)] = 1;
  for (unsigned int family = 0; family < AF_MAX; family++) {
    if (allowed[family]) continue;
    check("family", seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                     SCMP_A0(SCMP_CMP_EQ, family)));
  }
  return filter;
}

int main(int argc, char** argv) {
  if (argc < 4) fail("usage: under-filter SYSCALLS FAMILIES COMMAND…", EINVAL);
  const scmp_filter_ctx first = families(argv[2]);
  const scmp_filter_ctx second = calls(argv[1]);
  check("families", seccomp_load(first));
  // The last one: it may forbid what setting a filter takes.
  check("calls", seccomp_load(second));
  execvp(argv[3], argv + 3);
  fail(argv[3], errno);
}
