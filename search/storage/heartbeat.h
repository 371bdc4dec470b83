#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "search/storage/database.h"

namespace tutti {

/// A thread that says every ten seconds, in Optuna's table of heartbeats, that a worker's running
/// trials are alive.
class Heartbeat {
 public:
  Heartbeat(const std::string& place, std::int64_t worker);

 private:
  void beat();

  std::unique_ptr<Database> database_;
  std::int64_t worker_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace tutti
