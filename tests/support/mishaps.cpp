// Preloaded into the program by tests: ends it at one of the system calls that change files, as
// SIGKILL does, or as a loss of power does on a disk that keeps what was synced and nothing else.
//   MISHAP_AT=N       ends it instead of its Nth such call
//   MISHAP_COUNT=FILE holds the number of calls of a program that ended by itself
//   MISHAP_DISK=DIR   power is lost: bytes that were not synced are gone, and names that were
//                     changed in a folder that was not synced are as before; DIR, an empty folder
//                     of the same file system, keeps what is needed to say so
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

/// A name that was given to another file, or taken away, since its folder was synced.
struct Change {
  fs::path from, to;  // a rename's; of a file that was removed, `to` is empty
  fs::path before;    // a link to the file that had the name that was overwritten or removed
};

struct Disk {
  std::recursive_mutex mutex;  // of all below; calls of ours come back here
  long calls = 0;
  bool busy = false;                                     // it is we who call
  std::map<ino_t, std::pair<fs::path, off_t>> unsynced;  // files and the length that is safe
  std::vector<Change> changes;
  long links = 0;
};

Disk& disk() {
  static Disk* const one = new Disk;  // there until the process is gone
  return *one;
}

bool loses_power() {
  static const bool loses = !variable("MISHAP_DISK").empty();
  return loses;
}

fs::path path_of(int fd) {
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), path, sizeof path);
  return size < 0 ? "" : std::string(path, static_cast<std::size_t>(size));
}

/// What has the name now, under another name.
fs::path kept(const fs::path& path) {
  const fs::path link = fs::path(variable("MISHAP_DISK")) / std::to_string(disk().links++);
  return ::link(path.c_str(), link.c_str()) == 0 ? link : fs::path();
}

void lose_power() {
  auto& d = disk();
  for (auto change = d.changes.rbegin(); change != d.changes.rend(); ++change) {
    if (change->to.empty()) {
      next<int(const char*, const char*)>("rename")(change->before.c_str(), change->from.c_str());
      continue;
    }
    next<int(const char*, const char*)>("rename")(change->to.c_str(), change->from.c_str());
    if (!change->before.empty())
      next<int(const char*, const char*)>("rename")(change->before.c_str(), change->to.c_str());
  }
  for (const auto& [_, file] : d.unsynced)
    if (::truncate(file.first.c_str(), file.second) != 0) std::perror("mishaps");
}

/// Counts a call that changes files, or ends the program in its place.
void count() {
  auto& d = disk();
  static const std::string at = variable("MISHAP_AT");
  if (d.busy || std::to_string(++d.calls) != at) return;
  d.busy = true;
  if (loses_power()) lose_power();
  ::kill(::getpid(), SIGKILL);
}

bool is_file(int fd, struct stat& status) {
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/// Before bytes are written to a file.
void before_write(int fd) {
  struct stat status;
  if (!is_file(fd, status)) return;
  const std::lock_guard lock(disk().mutex);
  count();
  if (loses_power()) disk().unsynced.try_emplace(status.st_ino, path_of(fd), status.st_size);
}

void after_sync(int fd) {
  if (!loses_power()) return;
  auto& d = disk();
  struct stat status;
  if (is_file(fd, status)) {
    d.unsynced.erase(status.st_ino);
    return;
  }
  const fs::path folder = path_of(fd);
  std::erase_if(d.changes, [&](const Change& change) {
    return fs::absolute(change.from).parent_path() == folder;
  });
}

int synced(int fd, const char* name) {
  const std::lock_guard lock(disk().mutex);
  count();
  const int result = next<int(int)>(name)(fd);
  after_sync(fd);
  return result;
}

int removed(const char* path, const char* name) {
  const std::lock_guard lock(disk().mutex);
  count();
  if (loses_power() && !disk().busy)
    if (const fs::path before = kept(path); !before.empty())
      disk().changes.push_back({fs::absolute(path), {}, before});
  return next<int(const char*)>(name)(path);
}

struct AtExit {
  ~AtExit() {
    const std::string file = variable("MISHAP_COUNT");
    disk().busy = true;
    if (!file.empty()) std::ofstream(file) << disk().calls;
  }
} at_exit;

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  before_write(fd);
  return next<ssize_t(int, const void*, size_t)>("write")(fd, bytes, size);
}

ssize_t writev(int fd, const iovec* parts, int count_of_parts) {
  before_write(fd);
  return next<ssize_t(int, const iovec*, int)>("writev")(fd, parts, count_of_parts);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  before_write(fd);
  return next<ssize_t(int, const void*, size_t, off_t)>("pwrite")(fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off_t at) {
  before_write(fd);
  return next<ssize_t(int, const void*, size_t, off_t)>("pwrite64")(fd, bytes, size, at);
}

int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }

int rename(const char* from, const char* to) {
  const std::lock_guard lock(disk().mutex);
  count();
  if (loses_power() && !disk().busy) {
    struct stat status;
    if (::stat(from, &status) == 0)
      if (const auto file = disk().unsynced.find(status.st_ino); file != disk().unsynced.end())
        file->second.first = fs::absolute(to);
    disk().changes.push_back({fs::absolute(from), fs::absolute(to), kept(to)});
  }
  return next<int(const char*, const char*)>("rename")(from, to);
}

int unlink(const char* path) { return removed(path, "unlink"); }
int remove(const char* path) { return removed(path, "remove"); }

}  // extern "C"
