#include "search/storage/heartbeat.h"

#include <chrono>
#include <system_error>

#include "kernels/support/error.h"
#include "search/storage/trial_rows.h"

namespace tutti {

Heartbeat::Heartbeat(const std::string& place, std::int64_t worker)
    : database_(open_database(place, Database::Access::write)), worker_(worker) {
  const auto beats = [this](std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, stop, std::chrono::seconds(10), [] { return false; }) &&
           !stop.stop_requested())
      beat();
  };
  try {
    thread_ = std::jthread(beats);
  } catch (const std::system_error&) {
    // No more threads: other programs will take long trials for lost, and this one goes on.
  }
}

void Heartbeat::beat() try {
  database_
      ->prepare(
          "UPDATE trial_heartbeats SET heartbeat = CURRENT_TIMESTAMP WHERE trial_id IN (SELECT "
          "trial_id FROM trials JOIN trial_system_attributes USING (trial_id) WHERE state = "
          "'RUNNING' AND key = ? AND value_json = ?)")
      ->bind(worker_key)
      .bind(std::to_string(worker_))
      .step();
} catch (const Error&) {
  // The database is locked just now; the next beat may find it free, and the search says if it
  // stays so.
}

}  // namespace tutti
