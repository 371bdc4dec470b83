#pragma once
#include <filesystem>

namespace tutti {

/// A folder that one process at a time writes to: others that ask for the lock get an Error, or
/// wait. Ends with the object, and with the process however that ends. Where a file system has no
/// locks, nothing is locked.
class FolderLock {
 public:
  enum class IfHeld { fail, wait };
  /// Makes the folder if there is none.
  explicit FolderLock(std::filesystem::path folder, IfHeld held = IfHeld::fail);
  /// Removes the folder, if it was made and is still empty.
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  std::filesystem::path folder_;
  bool made_;
  int descriptor_ = -1;
};

}  // namespace tutti
