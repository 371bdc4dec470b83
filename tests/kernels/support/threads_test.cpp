#include "kernels/support/threads.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <vector>

#include "tests/support/catch.h"

using namespace tutti;

TEST_CASE("Every index runs once, with any number of threads") {
  for (const int threads : {1, 2, 5}) {
    set_thread_count(threads);
    CHECK(thread_count() == threads);
    std::vector<int> runs(1000);
    parallel_for(1000, [&](std::int64_t i) { ++runs[static_cast<std::size_t>(i)]; });
    CHECK(runs == std::vector<int>(1000, 1));
  }
}

TEST_CASE("Ranges cover everything without overlap") {
  set_thread_count(3);
  std::vector<int> runs(1001);
  parallel_ranges(1001, 100, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) ++runs[static_cast<std::size_t>(i)];
  });
  CHECK(runs == std::vector<int>(1001, 1));
  parallel_ranges(0, 100, [](std::int64_t, std::int64_t) { FAIL("nothing to do"); });
}

TEST_CASE("A body's exception reaches the caller, and the pool goes on") {
  set_thread_count(2);
  CHECK_THROWS_WITH(parallel_for(100,
                                 [](std::int64_t i) {
                                   if (i == 7) throw std::runtime_error("seven");
                                 }),
                    "seven");
  std::atomic<int> runs = 0;
  parallel_for(10, [&](std::int64_t) { ++runs; });
  CHECK(runs == 10);
}

TEST_CASE("Loops inside loops and from several threads do not lock up") {
  set_thread_count(2);
  std::atomic<int> runs = 0;
  const auto work = [&] {
    parallel_for(20, [&](std::int64_t) { parallel_for(5, [&](std::int64_t) { ++runs; }); });
  };
  std::thread other(work);
  work();
  other.join();
  CHECK(runs == 200);
}

#ifndef TUTTI_SANITIZED  // whose shadow memory is beyond any limit
TEST_CASE("Where the system gives no more threads, fewer compute") {
  const pid_t child = ::fork();
  if (child == 0) {
    std::ignore = std::freopen("/dev/null", "w", stderr);
    std::int64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const auto bytes = static_cast<rlim_t>(pages * ::sysconf(_SC_PAGESIZE)) + (40 << 20);
    const rlimit limits{bytes, bytes};  // room for the stacks of four threads
    ::setrlimit(RLIMIT_AS, &limits);
    set_thread_count(64);
    std::atomic<std::int64_t> sum = 0;
    for (int i = 0; i < 3; ++i) parallel_for(1000, [&](std::int64_t k) { sum += k; });
    ::_exit(sum == 3 * 499'500 && thread_count() > 0 && thread_count() < 64 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
#endif
