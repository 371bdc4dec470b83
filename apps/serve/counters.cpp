#include "apps/serve/counters.h"

#include <algorithm>
#include <sstream>

namespace tutti {
namespace {

void head(std::ostream& text, const char* name, const char* type, const char* help) {
  text << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << type << '\n';
}

}  // namespace

void Counters::answered(int status) {
  const std::lock_guard lock(mutex_);
  ++requests_[status];
}

void Counters::listened(std::size_t named, std::size_t failed, double seconds) {
  const std::lock_guard lock(mutex_);
  named_ += named, failed_ += failed, seconds_ += seconds;
  ++took_[static_cast<std::size_t>(std::ranges::lower_bound(limits, seconds) - limits.begin())];
}

std::string Counters::text(const WorkQueue::Lengths& queue) const {
  const std::lock_guard lock(mutex_);
  std::ostringstream text;
  head(text, "tutti_requests_total", "counter", "Requests answered, by status.");
  for (const auto& [status, count] : requests_)
    text << "tutti_requests_total{status=\"" << status << "\"} " << count << '\n';
  head(text, "tutti_songs_total", "counter", "Songs listened to.");
  text << "tutti_songs_total{result=\"named\"} " << named_
       << "\ntutti_songs_total{result=\"failed\"} " << failed_ << '\n';
  head(text, "tutti_queue_length", "gauge", "Requests that arrive or wait for their turn.");
  text << "tutti_queue_length " << queue.waiting << '\n';
  head(text, "tutti_in_flight", "gauge", "Requests whose songs are listened to.");
  text << "tutti_in_flight " << queue.working << '\n';

  head(text, "tutti_genre_seconds", "histogram", "From a request's head to its genres.");
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < took_.size(); ++i) {
    text << "tutti_genre_seconds_bucket{le=\"";
    (i < limits.size() ? text << limits[i] : text << "+Inf")
        << "\"} " << (total += took_[i]) << '\n';
  }
  text << "tutti_genre_seconds_sum " << seconds_ << "\ntutti_genre_seconds_count " << total << '\n';
  return text.str();
}

}  // namespace tutti
