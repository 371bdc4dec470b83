#include "search/storage/file_worker.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "kernels/support/error.h"

namespace tutti {
namespace {

struct flock byte(std::int64_t number) {
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  range.l_start = number;
  range.l_len = 1;
  return range;
}

class FileWorker : public Worker {
 public:
  explicit FileWorker(const std::filesystem::path& file)
      : file_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (file_ < 0) throw Error(file.string(), ": cannot be written: ", std::strerror(errno));
    for (;; ++number_) {
      auto range = byte(number_);
      if (::fcntl(file_, F_OFD_SETLK, &range) == 0) return;
      if (errno == EAGAIN || errno == EACCES) continue;
      const int reason = errno;
      ::close(file_);
      throw Error(file.string(), ": cannot be locked: ", std::strerror(reason));
    }
  }
  FileWorker(const FileWorker&) = delete;
  FileWorker& operator=(const FileWorker&) = delete;
  ~FileWorker() override { ::close(file_); }

  std::int64_t number() const override { return number_; }
  bool alive(std::int64_t number) const override {
    if (number == number_) return true;
    auto range = byte(number);
    return ::fcntl(file_, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
  }

 private:
  int file_;
  std::int64_t number_ = 0;
};

}  // namespace

std::unique_ptr<Worker> lock_byte_of(const std::filesystem::path& file) {
  return std::make_unique<FileWorker>(file);
}

}  // namespace tutti
