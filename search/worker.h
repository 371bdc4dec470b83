#pragma once
#include <cstdint>
#include <filesystem>

namespace tutti {

/// A number for this process among those at work on a study: the first byte of a file that nobody
/// has locked. The kernel lets go of the lock when the process ends, however it ends.
class Worker {
 public:
  explicit Worker(const std::filesystem::path& file);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  std::int64_t number() const { return number_; }
  bool alive(std::int64_t number) const;

 private:
  int file_;
  std::int64_t number_ = 0;
};

}  // namespace tutti
