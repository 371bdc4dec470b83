#include "kernels/support/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "kernels/support/error.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  operator int() const { return fd_; }

 private:
  int fd_;
};

void write_all(int fd, std::string_view contents) {
  while (!contents.empty()) {
    const ssize_t written = ::write(fd, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw Error(std::strerror(errno));
    contents.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// A disk may only say that it is full when the file is flushed.
void flush_to_disk(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (file < 0 || (::fsync(file) != 0 && errno != EINVAL)) throw Error(std::strerror(errno));
}

}  // namespace

void write_atomically(const fs::path& path, const std::function<void(const fs::path&)>& write) {
  fs::path temporary = path;
  temporary.replace_filename("." + path.stem().string() + ".partial-" + std::to_string(::getpid()) +
                             path.extension().string());
  try {
    write(temporary);
    flush_to_disk(temporary);
    fs::rename(temporary, path);
  } catch (const std::exception& problem) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    const auto* system = dynamic_cast<const fs::filesystem_error*>(&problem);
    throw Error("cannot write ", path.string(), ": ",
                system ? system->code().message() : problem.what());
  }
}

void write_file(const fs::path& path, std::string_view contents) {
  write_atomically(path, [&](const fs::path& temporary) {
    const Descriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file < 0) throw Error(std::strerror(errno));
    write_all(file, contents);
  });
}

std::string read_file(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file < 0) throw Error("cannot read ", path.string(), ": ", std::strerror(errno));
  std::string contents;
  struct stat status {};
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode))
    contents.reserve(static_cast<std::size_t>(status.st_size));
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = ::read(file, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw Error("cannot read ", path.string(), ": ", std::strerror(errno));
    if (count == 0) return contents;
    contents.append(buffer, static_cast<std::size_t>(count));
  }
}

}  // namespace tutti
