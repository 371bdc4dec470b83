#include "datasets/spectrogram_tree.h"

#include <sys/stat.h>
#include <unistd.h>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/threads.h"
#include "tests/support/catch.h"
#include "tests/support/error_of.h"
#include "tests/support/files.h"
#include "tests/support/png.h"

using namespace tutti;
namespace fs = std::filesystem;

namespace {

std::string picture(int value) {
  return test::gray_png(16, 9, [value](int, int) { return value; });
}

/// Two genres of two pictures, of values 10, 20, 30, 40.
void put_small_tree(const fs::path& root) {
  put_file(root / "rock" / "b.png", picture(40));
  put_file(root / "rock" / "a.png", picture(30));
  put_file(root / "jazz" / "x.png", picture(10));
  put_file(root / "jazz" / "y.png", picture(20));
}

/// The first pixel of each picture.
std::vector<int> values(const Pictures& pictures) {
  std::vector<int> result;
  for (std::int64_t i = 0; i < pictures.pixels.dim(0); ++i)
    result.push_back(pictures.pixels.slice(i, 1).data<std::uint8_t>()[0]);
  return result;
}

std::string tree_error(const fs::path& root, bool skip_bad = false) {
  return error_of([&] { load_spectrogram_tree(root, skip_bad); });
}

/// Root may read everything: act as nobody until the end of the scope.
class AsNobody {
 public:
  AsNobody() : was_root_(::geteuid() == 0), done_(!was_root_ || ::seteuid(65534) == 0) {
    if (!done_) std::cout << "SKIPPED: runs as root, which may read everything\n";
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  ~AsNobody() {
    if (was_root_ && done_ && ::seteuid(0) != 0) std::abort();
  }
  explicit operator bool() const { return done_; }

 private:
  bool was_root_, done_;
};

class Threads {
 public:
  explicit Threads(int count) : before_(thread_count()) { set_thread_count(count); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() { set_thread_count(before_); }

 private:
  int before_;
};

}  // namespace

TEST_CASE("a tree is read sorted by genre and name") {
  const test::TemporaryFolder folder;
  put_small_tree(folder.path());
  const auto tree = load_spectrogram_tree(folder.path());
  CHECK(tree.genres == std::vector<std::string>{"jazz", "rock"});
  CHECK(tree.labels == std::vector<std::int32_t>{0, 0, 1, 1});
  CHECK(tree.pictures.paths ==
        std::vector<fs::path>{"jazz/x.png", "jazz/y.png", "rock/a.png", "rock/b.png"});
  CHECK(tree.pictures.pixels.shape() == Shape{4, 2900, 127, 1});
  CHECK(tree.pictures.pixels.dtype() == DType::uint8);
  CHECK(values(tree.pictures) == std::vector<int>{10, 20, 30, 40});
  CHECK(tree.pictures.bad.empty());
}

TEST_CASE("hidden entries and files that are not pictures are left out") {
  const test::TemporaryFolder folder;
  put_small_tree(folder.path());
  put_file(folder / ".git" / "x.png", "junk");
  put_file(folder / ".DS_Store", "junk");
  put_file(folder / "readme.png", "junk");
  put_file(folder / "rock" / ".DS_Store", "junk");
  put_file(folder / "rock" / "._a.png", "junk");
  put_file(folder / "rock" / "notes.txt", "junk");
  put_file(folder / "rock" / "live" / "deep.png", "junk");
  put_file(folder / "rock" / "C.PnG", picture(50));
  CHECK(values(load_spectrogram_tree(folder.path()).pictures) ==
        std::vector<int>{10, 20, 50, 30, 40});
}

TEST_CASE("names with spaces, quotes, newlines and letters of all kinds are read") {
  const test::TemporaryFolder folder;
  const std::vector<std::string> genres = {"hip hop", "new\nline", "o'clock \"5\"", "schöne Lieder",
                                           "演歌"};
  for (const auto& genre : genres) put_file(folder / genre / (genre + " 1.png"), picture(7));
  const auto tree = load_spectrogram_tree(folder.path());
  CHECK(tree.genres == genres);
  CHECK(tree.labels == std::vector<std::int32_t>{0, 1, 2, 3, 4});
  CHECK(find_media(folder.path(), Media::pictures).size() == 5);
}

TEST_CASE("a tree that is not one is refused with what would be right") {
  const test::TemporaryFolder folder;
  const auto name = folder.path().string();
  CHECK_THAT(tree_error(folder / "none"),
             Contains(name + "/none") && Contains("No such file") && Contains("is wanted"));
  put_file(folder / "a.png", picture(1));
  CHECK_THAT(tree_error(folder / "a.png"), Contains("a.png is a file; a folder"));
  CHECK_THAT(tree_error(folder.path()), Contains(name + " has no genre folders"));
  put_file(folder / "rock" / "a.png", picture(1));
  CHECK_THAT(tree_error(folder.path()),
             Contains("has one genre folder, 'rock'; telling genres apart"));
  fs::create_directory(folder / "jazz");
  CHECK_THAT(tree_error(folder.path()), Contains(name + "/jazz holds no pictures"));
  fs::create_directory(folder / "jazz" / "fusion");
  CHECK_THAT(tree_error(folder.path()), Contains(name + "/jazz holds folders, but no pictures") &&
                                            Contains("give it instead of " + name));
}

TEST_CASE("bad pictures are all listed, or left out when asked") {
  const test::TemporaryFolder folder;
  put_small_tree(folder.path());
  const auto good = load_spectrogram_tree(folder.path());
  put_file(folder / "jazz" / "a.png", picture(1).substr(0, 100));
  put_file(folder / "jazz" / "xx.png", "just text");
  put_file(folder / "rock" / "aa.jpg", test::gray_png(1, 1, [](int, int) { return 0; }));
  fs::create_symlink("nowhere", folder / "rock" / "z.png");

  const auto error = tree_error(folder.path());
  CHECK_THAT(error, Contains("has 4 pictures that cannot be used (--skip-bad leaves them out):"));
  CHECK_THAT(error, Contains("\n  jazz/a.png: cut short"));
  CHECK_THAT(error, Contains("\n  jazz/xx.png: not a picture"));
  CHECK_THAT(error, Contains("\n  rock/aa.jpg: has 1 x 1 pixels"));
  CHECK_THAT(error, Contains("\n  rock/z.png: cannot be read: No such file"));

  const auto tree = load_spectrogram_tree(folder.path(), true);
  CHECK(values(tree.pictures) == std::vector<int>{10, 20, 30, 40});
  CHECK(tree.labels == std::vector<std::int32_t>{0, 0, 1, 1});
  CHECK(tree.pictures.fingerprint == good.pictures.fingerprint);
  REQUIRE(tree.pictures.bad.size() == 4);
  CHECK(tree.pictures.bad[1].path == "jazz/xx.png");
  CHECK_THAT(tree.pictures.bad[1].reason, Contains("not a picture"));
}

TEST_CASE("a genre whose pictures are all bad is an error even when bad ones are left out") {
  const test::TemporaryFolder folder;
  put_small_tree(folder.path());
  put_file(folder / "pop" / "a.png", "just text");
  CHECK_THAT(tree_error(folder.path(), true), Contains("/pop has no picture that can be used") &&
                                                  Contains("\n  pop/a.png: not a picture"));
}

TEST_CASE("files and folders that may not be read are named") {
  const test::TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms(0755));
  put_small_tree(folder.path());
  fs::permissions(folder / "rock" / "a.png", fs::perms::none);
  const AsNobody nobody;
  if (!nobody) return;
  CHECK_THAT(
      tree_error(folder.path()),
      Contains("1 picture that") && Contains("\n  rock/a.png: cannot be read: Permission denied"));
}

TEST_CASE("a folder that may not be read is an error") {
  const test::TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms(0755));
  put_small_tree(folder.path());
  fs::permissions(folder / "rock", fs::perms::none);
  {
    const AsNobody nobody;
    if (!nobody) return;
    CHECK_THAT(tree_error(folder.path()),
               Contains("cannot read the folder") && Contains("/rock: Permission denied"));
    CHECK_THAT(error_of([&] { find_media(folder.path(), Media::pictures); }),
               Contains("/rock: Permission denied"));
  }
  fs::permissions(folder / "rock", fs::perms(0755));
}

TEST_CASE("pictures are the same with one thread and with several") {
  const test::TemporaryFolder folder;
  for (int i = 0; i < 20; ++i)
    put_file(folder / (i % 2 ? "rock" : "jazz") / (std::to_string(i) + ".png"),
             i % 7 ? picture(i) : "bad");
  const auto load = [&](int threads) {
    const Threads scope(threads);
    return load_spectrogram_tree(folder.path(), true);
  };
  const auto one = load(1), three = load(3);
  CHECK(one.pictures.paths == three.pictures.paths);
  CHECK(one.pictures.fingerprint == three.pictures.fingerprint);
  CHECK(one.pictures.pixels.to_vector<std::uint8_t>() ==
        three.pictures.pixels.to_vector<std::uint8_t>());
}

TEST_CASE("progress is told once per picture, in order") {
  const test::TemporaryFolder folder;
  put_small_tree(folder.path());
  const Threads scope(3);
  std::vector<std::int64_t> seen;
  load_spectrogram_tree(folder.path(), false, [&](std::int64_t done, std::int64_t total) {
    CHECK(total == 4);
    seen.push_back(done);
  });
  CHECK(seen == std::vector<std::int64_t>{1, 2, 3, 4});
}

TEST_CASE("the fingerprint is of names and contents, wherever the tree stands") {
  const test::TemporaryFolder folder;
  put_small_tree(folder / "here");
  const auto fingerprint = [](const fs::path& root) {
    return load_spectrogram_tree(root).pictures.fingerprint;
  };
  const auto original = fingerprint(folder / "here");
  CHECK(original.size() == 16);
  CHECK(original.find_first_not_of("0123456789abcdef") == std::string::npos);

  fs::rename(folder / "here", folder / "there");
  CHECK(fingerprint(folder / "there/") == original);
  put_file(folder / "there" / "rock" / "b.png", picture(41));
  CHECK(fingerprint(folder / "there") != original);
  put_file(folder / "there" / "rock" / "b.png", picture(40));
  CHECK(fingerprint(folder / "there") == original);
  fs::rename(folder / "there" / "rock" / "b.png", folder / "there" / "rock" / "c.png");
  CHECK(fingerprint(folder / "there") != original);
}

TEST_CASE("pictures are found below a folder, each once") {
  const test::TemporaryFolder folder;
  put_file(folder / "b.JPEG", "");
  put_file(folder / "a" / "c.bmp", "");
  put_file(folder / "a" / "b" / "d.png", "");
  put_file(folder / "a" / "song.wav", "");
  put_file(folder / ".hidden" / "e.png", "");
  put_file(folder / "live.png" / "f.png", "");
  fs::create_directory_symlink("..", folder / "a" / "b" / "round");
  fs::create_directory_symlink("a", folder / "again");
  const auto root = folder.path();
  CHECK(find_media(root, Media::pictures) ==
        std::vector<fs::path>{root / "a/b/d.png", root / "a/c.bmp", root / "b.JPEG",
                              root / "live.png/f.png"});
  CHECK(find_media(root / "a/song.wav", Media::pictures) ==
        std::vector<fs::path>{root / "a/song.wav"});
  CHECK_THROWS_WITH(find_media(root / "none", Media::pictures), Contains("/none: No such file"));
  fs::create_directory(root / "empty");
  CHECK_THROWS_WITH(find_media(root / "empty", Media::pictures),
                    Contains("/empty holds no pictures"));
}

TEST_CASE("genre folders may be links") {
  const test::TemporaryFolder folder;
  put_small_tree(folder / "elsewhere");
  fs::create_directory(folder / "tree");
  fs::create_directory_symlink("../elsewhere/rock", folder / "tree" / "rock");
  fs::create_directory_symlink("../elsewhere/jazz", folder / "tree" / "jazz");
  fs::create_directory_symlink("round", folder / "tree" / "round");
  CHECK(values(load_spectrogram_tree(folder / "tree").pictures) ==
        std::vector<int>{10, 20, 30, 40});
}

TEST_CASE("loading no picture, a folder or a pipe ends well") {
  const test::TemporaryFolder folder;
  CHECK(load_pictures({}).paths.empty());
  REQUIRE(::mkfifo((folder / "pipe.png").c_str(), 0600) == 0);
  const auto pictures = load_pictures({folder.path(), folder / "pipe.png"});
  REQUIRE(pictures.bad.size() == 2);
  CHECK(pictures.pixels.dim(0) == 0);
  CHECK_THAT(pictures.bad[0].reason, Contains("Is a directory"));
}

TEST_CASE("the GTZAN spectrograms are read without a bad picture") {
  const auto root = test::real_data("gtzan-spectrograms/genres");
  if (!root) return;
  const auto tree = load_spectrogram_tree(*root);
  CHECK(tree.genres.size() == 10);
  CHECK(tree.pictures.pixels.shape() == Shape{699, 2900, 127, 1});
  CHECK(tree.labels.size() == 699);
  CHECK(tree.pictures.bad.empty());
}
