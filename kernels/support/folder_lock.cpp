#include "kernels/support/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "kernels/support/error.h"

namespace tutti {
namespace fs = std::filesystem;

FolderLock::FolderLock(fs::path folder, IfHeld held) : folder_(std::move(folder)) {
  std::error_code problem;
  made_ = fs::create_directories(folder_, problem);
  if (problem) throw Error("cannot make the folder ", folder_.string(), ": ", problem.message());
  descriptor_ = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int how = LOCK_EX | (held == IfHeld::fail ? LOCK_NB : 0);
  while (descriptor_ >= 0 && ::flock(descriptor_, how) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return;
    ::close(descriptor_);
    throw Error(folder_.string(), ": another process is writing to this folder");
  }
}

FolderLock::~FolderLock() {
  if (made_) ::rmdir(folder_.c_str());  // only if it is empty
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace tutti
