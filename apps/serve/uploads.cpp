#include "apps/serve/uploads.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "kernels/support/error.h"

namespace tutti {

Upload::Upload(std::string name) : name_(std::move(name)) {
  std::string pattern = (std::filesystem::temp_directory_path() / "tutti-upload-XXXXXX").string();
  file_ = ::mkostemp(pattern.data(), O_CLOEXEC);
  if (file_ < 0) throw Error("no file for an upload: ", std::strerror(errno));
  ::unlink(pattern.c_str());
}

Upload::Upload(Upload&& other) noexcept
    : name_(std::move(other.name_)), size_(other.size_), file_(std::exchange(other.file_, -1)) {}

Upload::~Upload() {
  if (file_ >= 0) ::close(file_);
}

void Upload::append(const char* data, std::size_t size) {
  size_ += size;
  while (size > 0) {
    const ssize_t written = ::write(file_, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw Error("no room for an upload: ", std::strerror(errno));
    data += written, size -= static_cast<std::size_t>(written);
  }
}

std::filesystem::path Upload::path() const { return "/proc/self/fd/" + std::to_string(file_); }

}  // namespace tutti
