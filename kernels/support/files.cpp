#include "kernels/support/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>

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

/// After this, a name in the folder lasts too; not every file system can do it.
void flush_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened >= 0) ::fsync(opened);
}

constexpr const char* unfinished = ".unfinished-";

/// A new, empty file that is removed unless it takes its place.
class TemporaryFile {
 public:
  TemporaryFile(const fs::path& folder, const fs::path& name) {
    std::random_device random;
    for (;;) {
      path_ = folder / ('.' + name.stem().string() + unfinished + std::to_string(random()) +
                        name.extension().string());
      const Descriptor file(
          ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
      if (file >= 0) return;
      if (errno != EEXIST) throw Error(std::strerror(errno));
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  const fs::path& path() const { return path_; }
  void replace(const fs::path& place) {
    fs::rename(path_, place);
    path_.clear();
  }

 private:
  fs::path path_;
};

void write_in_place(const fs::path& device, const std::function<void(const fs::path&)>& write) {
  const TemporaryFile temporary(fs::temp_directory_path(), device);
  write(temporary.path());
  const Descriptor file(::open(device.c_str(), O_WRONLY | O_CLOEXEC));
  if (file < 0) throw Error(std::strerror(errno));
  write_all(file, read_file(temporary.path()));
}

void replace_file(const fs::path& path, const std::function<void(const fs::path&)>& write) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  TemporaryFile temporary(folder, path.filename());
  write(temporary.path());
  flush_to_disk(temporary.path());
  temporary.replace(path);
  flush_folder(folder);
}

}  // namespace

void write_atomically(const fs::path& path, const std::function<void(const fs::path&)>& write) {
  try {
    const bool other = fs::exists(path) && !fs::is_regular_file(path) && !fs::is_directory(path);
    other ? write_in_place(path, write)
          : replace_file(fs::is_symlink(path) ? fs::weakly_canonical(path) : path, write);
  } catch (const std::exception& problem) {
    throw Error("cannot write ", path.string(), ": ", reason_of(problem));
  }
}

void remove_unfinished_files(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') && name.find(unfinished) != std::string::npos)
      fs::remove(entry.path());
  }
}

void write_file(const fs::path& path, std::string_view contents) {
  write_atomically(path, [&](const fs::path& temporary) {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW));
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
