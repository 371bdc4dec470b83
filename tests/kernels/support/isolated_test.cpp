#include "kernels/support/isolated.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "kernels/support/error.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;
using tutti::test::TemporaryFolder;

namespace {

constexpr Limits limits{1, 1 << 30};

/// A shell's script in the place of a reader.
std::vector<std::string> script(const std::string& text) { return {"/bin/sh", "-c", text}; }

std::string result_of(const std::string& text) {
  return Isolated(script(text), {}, limits).result();
}

}  // namespace

TEST_CASE("An isolated program returns its result, however long") {
  CHECK(result_of("head -c 3000000 /dev/zero; printf =") == std::string(3'000'000, '\0'));
  CHECK(result_of("printf =").empty());
}

TEST_CASE("An isolated program's error is thrown") {
  CHECK_THROWS_WITH(result_of("printf 'row 3!'"), "row 3");
}

TEST_CASE("An isolated program gets its files and no other") {
  const TemporaryFolder folder;
  std::ofstream(folder / "a") << "one";
  std::ofstream(folder / "b") << "two";
  const int held = ::open((folder / "a").c_str(), O_RDONLY);  // to be inherited, were it not closed
  const std::string all =
      "cat <&3; cat <&4; ls /proc/self/fd | wc -l; cat; echo lost >&2; printf =";
  // 0 to 4, and the folder that ls reads.
  CHECK(Isolated(script(all), {folder / "a", folder / "b"}, limits).result() == "onetwo6\n");
  ::close(held);
}

TEST_CASE("An isolated program that crashes is an Error") {
  CHECK_THROWS_WITH(result_of("kill -9 $$"), "it is damaged: its reader crashed (Killed)");
  CHECK_THROWS_WITH(result_of("printf =; exit 3"), Contains("its reader crashed"));
}

TEST_CASE("An isolated program without an answer is an Error") {
  CHECK_THROWS_WITH(result_of("exit 0"), Contains("no answer"));
}

TEST_CASE("A program that is not there is an Error") {
  CHECK_THROWS_WITH(Isolated({"/none/such"}, {}, limits),
                    "cannot start /none/such: No such file or directory");
}

TEST_CASE("Several isolated programs go on at once, and their results are asked for in any order") {
  Isolated first(script("head -c 200000 /dev/zero; printf ="), {}, limits);
  Isolated second(script("printf b="), {}, limits);
  CHECK(second.result() == "b");
  CHECK(first.result().size() == 200'000);
}

TEST_CASE("An isolated program whose result nobody wants is stopped") {
  { const Isolated asleep(script("exec sleep 20"), {}, limits); }
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no child is left
}

TEST_CASE("An isolated program that never ends is an Error") {
  CHECK_THROWS_WITH(result_of("while :; do :; done"), Contains("more than 1 s"));
}

TEST_CASE("Isolated programs start while other threads take and free memory") {
  std::jthread busy([](std::stop_token stop) {
    while (!stop.stop_requested()) std::vector<std::string>(100, std::string(1000, 'x'));
  });
  for (int i = 0; i < 50; ++i) CHECK(result_of("printf =").empty());
}
