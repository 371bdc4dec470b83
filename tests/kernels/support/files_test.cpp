#include "kernels/support/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <future>
#include <optional>

#include "kernels/support/error.h"
#include "kernels/support/folder_lock.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;
using namespace tutti::test;
namespace fs = std::filesystem;

namespace {

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("A file is replaced as a whole or not at all") {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", "old");
  CHECK_THROWS_WITH(write_atomically(folder / "a.txt",
                                     [](const fs::path& file) {
                                       write_file(file, "new, but not all");
                                       throw Error("no more");
                                     }),
                    Contains("cannot write") && Contains("a.txt: no more"));
  CHECK(read_file(folder / "a.txt") == "old");
  CHECK(files_in(folder.path()) == 1);
  write_file(folder / "a.txt", "new");
  CHECK(read_file(folder / "a.txt") == "new");
  CHECK_THROWS_WITH(write_file(folder / "none/a.txt", ""), Contains("none/a.txt: No such file"));
  CHECK_THROWS_AS(write_file(folder.path(), ""), Error);
}

TEST_CASE("Files are as open to others as the process' mask says") {
  const TemporaryFolder folder;
  const mode_t mask = ::umask(0027);
  write_file(folder / "a.txt", "");
  ::umask(mask);
  struct stat status {};
  REQUIRE(::stat((folder / "a.txt").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
}

TEST_CASE("A symbolic link stays, and what it points to is replaced") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "real");
  write_file(folder / "real/a.txt", "old");
  fs::create_symlink("real/a.txt", folder / "link.txt");
  write_file(folder / "link.txt", "new");
  CHECK(fs::is_symlink(folder / "link.txt"));
  CHECK(read_file(folder / "real/a.txt") == "new");
}

TEST_CASE("Devices and pipes are written to, not replaced") {
  write_file("/dev/null", "gone");
  CHECK(fs::is_character_file("/dev/null"));
  CHECK_THROWS_WITH(write_file("/dev/full", "more than it holds"),
                    Contains("cannot write /dev/full: No space left"));
  const TemporaryFolder folder;
  const fs::path pipe = folder / "pipe.csv";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  auto read = std::async(std::launch::async, [&] { return read_file(pipe); });
  write_file(pipe, "through the pipe");
  CHECK(read.get() == "through the pipe");
  CHECK(fs::is_fifo(pipe));
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("What killed processes left is found and removed, and nothing else") {
  const TemporaryFolder folder;
  write_file(folder / ".unfinished.txt", "of the user");
  try {
    write_atomically(folder / "a.txt", [&](const fs::path& file) {
      fs::copy_file(file, folder / "kept");
      fs::create_hard_link(file, folder / "held");
      CHECK(files_in(folder.path()) == 4);
      remove_unfinished_files(folder.path());
      CHECK(files_in(folder.path()) == 3);
      throw Error("killed");
    });
  } catch (const Error&) {
  }
  CHECK(fs::exists(folder / ".unfinished.txt"));
}

TEST_CASE("A folder is locked by one at a time, and an empty one made for it goes") {
  const TemporaryFolder folder;
  const fs::path run = folder / "a/run";
  std::optional<FolderLock> first(run);
  CHECK_THROWS_WITH(FolderLock(run), Contains("a/run: another process is writing to this folder"));
  auto second = std::async(std::launch::async, [&] {
    const FolderLock lock(run, FolderLock::IfHeld::wait);
    return read_file(run / "file");
  });
  write_file(run / "file", "written first");
  CHECK(second.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout);
  first.reset();
  CHECK(second.get() == "written first");
  { const FolderLock other(folder / "a/other"); }
  CHECK(fs::exists(folder / "a/run/file"));
  CHECK(!fs::exists(folder / "a/other"));
}
