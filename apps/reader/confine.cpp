#include "apps/reader/confine.h"

#include <seccomp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

namespace tutti {
namespace {

std::uint64_t address_space() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void limit_memory(std::uint64_t bytes) {
  rlimit limits;
  if (::getrlimit(RLIMIT_AS, &limits) != 0) return;
  limits.rlim_cur = std::min<rlim_t>(limits.rlim_cur, address_space() + bytes);
  ::setrlimit(RLIMIT_AS, &limits);
}

#ifndef TUTTI_SANITIZED  // the sanitizers' runtime makes calls of its own
void limit_calls() {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (!filter) return;
  for (const int call : {SCMP_SYS(read),
                         SCMP_SYS(pread64),
                         SCMP_SYS(readv),
                         SCMP_SYS(recvmsg),
                         SCMP_SYS(dup),
                         SCMP_SYS(write),
                         SCMP_SYS(writev),
                         SCMP_SYS(lseek),
                         SCMP_SYS(close),
                         SCMP_SYS(fstat),
                         SCMP_SYS(mmap),
                         SCMP_SYS(munmap),
                         SCMP_SYS(mremap),
                         SCMP_SYS(mprotect),
                         SCMP_SYS(madvise),
                         SCMP_SYS(brk),
                         SCMP_SYS(futex),
                         SCMP_SYS(rt_sigaction),
                         SCMP_SYS(rt_sigprocmask),
                         SCMP_SYS(rt_sigreturn),
                         SCMP_SYS(getpid),
                         SCMP_SYS(gettid),
                         SCMP_SYS(tgkill),
                         SCMP_SYS(getrandom),
                         SCMP_SYS(clock_gettime),
                         SCMP_SYS(gettimeofday),
                         SCMP_SYS(time),
                         SCMP_SYS(sysinfo),
                         SCMP_SYS(exit),
                         SCMP_SYS(exit_group),
                         SCMP_SYS(restart_syscall)})
    seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
  // newfstatat is fstat of newer C libraries; with a path it would look at files.
  seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
                   SCMP_A3(SCMP_CMP_MASKED_EQ, 0x1000, 0x1000));  // AT_EMPTY_PATH
  seccomp_load(filter);
  seccomp_release(filter);
}
#else
void limit_calls() {}
#endif

}  // namespace

void confine(std::uint64_t bytes) {
  limit_memory(bytes);
  limit_calls();
}

}  // namespace tutti
