#pragma once
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "search/sqlite.h"

namespace tutti {

/// System attribute of a trial: the number of the worker that runs it.
inline constexpr const char* worker_key = "tutti:worker";

/// A thread that says every ten seconds, in Optuna's table of heartbeats, that a worker's running
/// trials are alive.
class Heartbeat {
 public:
  Heartbeat(const std::filesystem::path& study, std::int64_t worker);

 private:
  void beat();

  Database database_;
  std::int64_t worker_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace tutti
