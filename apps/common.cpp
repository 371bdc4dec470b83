#include "apps/common.h"

#include <csignal>

#include "engine/error.h"
#include "engine/parallel.h"

namespace tutti {

void CommonOptions::add_to(CLI::App& command) {
  command
      .add_option("--device", device,
                  "Where to compute: auto, cpu, or reference (slow, for checks)")
      ->check(CLI::IsMember({"auto", "cpu", "reference"}))
      ->capture_default_str();
  command.add_option("--threads", threads, "Threads to use; 0 is one for each core")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_flag("--json", json, "Print one JSON document instead of tables");
  command.add_flag("--quiet", quiet, "No progress on stderr");
}

Device CommonOptions::prepare() const {
  if (threads > 0) set_thread_count(threads);
  return device == "reference" ? Device::reference : Device::cpu;
}

namespace {

std::atomic<bool> interrupt{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void on_interrupt(int) {
  interrupt = true;
  std::signal(SIGINT, SIG_DFL);
}

}  // namespace

const std::atomic<bool>& stop_on_interrupt() {
  std::signal(SIGINT, on_interrupt);
  return interrupt;
}

}  // namespace tutti
