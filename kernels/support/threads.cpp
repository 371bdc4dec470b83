#include "kernels/support/threads.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <iostream>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace tutti {
namespace {

thread_local bool inside_a_body = false;

/// One parallel_for under way: threads take the next index until none is left.
struct Job {
  const std::function<void(std::int64_t)>& body;
  std::int64_t count;
  std::atomic<std::int64_t> next{0};
  std::mutex failure_mutex;
  std::exception_ptr failure;

  void work() {
    inside_a_body = true;
    for (std::int64_t i; (i = next.fetch_add(1)) < count;) {
      try {
        body(i);
      } catch (...) {
        std::lock_guard lock(failure_mutex);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
    inside_a_body = false;
  }
};

/// Looks some microseconds long whether it has happened: to sleep and be woken takes longer than
/// most jobs.
template <class Happened>
void watch(Happened happened) {
  for (int i = 0; i < 2000 && !happened(); ++i) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
}

class Pool {
 public:
  /// Fewer threads if the system gives no more.
  explicit Pool(int threads) {
    workers_.reserve(static_cast<std::size_t>(threads));
    for (int i = 1; i < threads; ++i) try {
        workers_.emplace_back([this] { serve(); });
      } catch (const std::system_error& problem) {
        std::cerr << "tutti: note: " << i << " of " << threads
                  << " threads compute, for the system gives no more (" << problem.code().message()
                  << ")\n";
        return;
      }
  }

  ~Pool() {
    {
      std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  void run(Job& job) {
    {
      std::lock_guard lock(mutex_);
      job_ = &job;
      busy_ = static_cast<int>(workers_.size());
      ++turn_;
    }
    wake_.notify_all();
    job.work();
    watch([&] { return busy_ == 0; });
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return busy_ == 0; });
    job_ = nullptr;
  }

 private:
  void serve() {
    std::uint64_t seen = 0;
    for (;;) {
      Job* job;
      watch([&] { return turn_ != seen; });
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return closing_ || turn_ != seen; });
        if (closing_) return;
        seen = turn_;
        job = job_;
      }
      job->work();
      std::lock_guard lock(mutex_);
      if (--busy_ == 0) done_.notify_all();
    }
  }

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  Job* job_ = nullptr;
  std::atomic<std::uint64_t> turn_ = 0;
  std::atomic<int> busy_ = 0;
  bool closing_ = false;
};

int cores_allowed() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

std::mutex pool_mutex;  // one parallel_for at a time, and none while the pool is replaced
int wanted_threads = 0;
Pool* current = nullptr;

// A forked process has none of the threads. Inside a body, the lock is held by the loop, and the
// child's loops are plain ones.
void lock_pool() {
  if (!inside_a_body) pool_mutex.lock();
}
void unlock_pool() {
  if (!inside_a_body) pool_mutex.unlock();
}
void forget_pool() {
  current = nullptr;
  unlock_pool();
}

Pool& pool() {
  [[maybe_unused]] static const int told = pthread_atfork(lock_pool, unlock_pool, forget_pool);
  if (wanted_threads == 0) wanted_threads = cores_allowed();
  if (!current || current->threads() != wanted_threads) {
    delete current;
    current = new Pool(wanted_threads);
    wanted_threads = current->threads();
  }
  return *current;
}

}  // namespace

int thread_count() {
  std::lock_guard lock(pool_mutex);
  return wanted_threads ? wanted_threads : cores_allowed();
}

void set_thread_count(int threads) {
  std::lock_guard lock(pool_mutex);
  wanted_threads = std::max(1, threads);
}

void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& body) {
  if (count <= 0) return;
  if (count == 1 || inside_a_body) {
    for (std::int64_t i = 0; i < count; ++i) body(i);
    return;
  }
  Job job{body, count, {}, {}, {}};
  {
    std::lock_guard lock(pool_mutex);
    pool().run(job);
  }
  if (job.failure) std::rethrow_exception(job.failure);
}

void parallel_ranges(std::int64_t count, std::int64_t grain,
                     const std::function<void(std::int64_t, std::int64_t)>& body) {
  parallel_for((count + grain - 1) / grain,
               [&](std::int64_t i) { body(i * grain, std::min(count, (i + 1) * grain)); });
}

}  // namespace tutti
