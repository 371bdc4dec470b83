#include "kernels/simt/machine.h"

#include <atomic>
#include <mutex>

#include "kernels/simt/block.h"
#include "kernels/support/threads.h"

namespace tutti::simt {
namespace {

std::mutex settings_mutex;
Settings current_settings;
thread_local Recorder* recorder = nullptr;
std::atomic<std::int64_t> launches, graphs, kernels, waits, bytes_copied, bytes_held, releases;

void execute(const Launch& launch, const std::function<void()>& thread) {
  Settings settings;
  {
    std::lock_guard lock(settings_mutex);
    settings = current_settings;
  }
  const auto order = turns(static_cast<std::size_t>(launch.grid.count()), settings);
  parallel_for(launch.grid.count(), [&](std::int64_t i) {
    const unsigned n = order[static_cast<std::size_t>(i)];
    const Dim3& grid = launch.grid;
    Block(launch, {n % grid.x, n / grid.x % grid.y, n / grid.x / grid.y}, settings, thread).run();
  });
}

}  // namespace

void set_settings(const Settings& settings) {
  std::lock_guard lock(settings_mutex);
  current_settings = settings;
}

Recorder::Recorder() { recorder = this; }
Recorder::~Recorder() { recorder = nullptr; }
bool recording() { return recorder != nullptr; }

void run(const Launch& launch, const std::function<void()>& thread) {
  if (recorder) {
    recorder->launches.emplace_back(launch, thread);
    return;
  }
  ++launches;
  execute(launch, thread);
}

void replay(const Launches& recorded) {
  ++graphs;
  kernels += std::ssize(recorded);
  for (const auto& [launch, thread] : recorded) execute(launch, thread);
}

Counts counts() { return {launches, graphs, kernels, waits, bytes_copied, bytes_held, releases}; }

void count_copy(std::size_t bytes) {
  ++waits;
  bytes_copied += static_cast<std::int64_t>(bytes);
}

void count_memory(std::int64_t bytes) {
  bytes_held += bytes;
  releases += bytes < 0 && recording();
}

const Dim3& thread_index() { return running_block().thread_index(); }
const Dim3& block_index() { return running_block().index(); }
const Dim3& block_size() { return running_block().launch().block; }
const Dim3& grid_size() { return running_block().launch().grid; }

void block_barrier(const Place& place) { running_block().barrier(place); }

unsigned lane() { return running_block().thread() % warp_size; }

const std::uint64_t* warp_rendezvous(unsigned mask, std::uint64_t word, const char* what,
                                     const Place& place,
                                     const std::function<void(const std::uint64_t*)>& all_here) {
  return running_block().rendezvous(mask, word, what, place, all_here);
}

void warp_barrier(unsigned mask, const Place& place) { running_block().warp_barrier(mask, place); }

void fail(const std::string& what) { running_block().fail(what); }

}  // namespace tutti::simt
