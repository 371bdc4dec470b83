#include "kernels/support/isolated.h"

#include <fcntl.h>
#include <sys/socket.h>
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

/// A shell's script in the place of a reader. (It answers without having heard the question.)
std::vector<std::string> script(const std::string& text) { return {"/bin/sh", "-c", text}; }

std::string answer_of(const std::string& text) {
  Isolated program(script(text));
  program.ask({"anything"}, {}, 1);
  return program.answer();
}

}  // namespace

TEST_CASE("An isolated program returns its answer, however long") {
  CHECK(answer_of("printf 3000000=; head -c 3000000 /dev/zero") == std::string(3'000'000, '\0'));
  CHECK(answer_of("printf 0=").empty());
  CHECK(answer_of("printf 2; sleep 0.1; printf =a; sleep 0.1; printf b") == "ab");
}

TEST_CASE("An isolated program's error is thrown") {
  CHECK_THROWS_WITH(answer_of("printf '5!row 3'"), "row 3");
}

TEST_CASE("An isolated program answers one question after another") {
  const std::string hear = "dd count=1 <&3 2>/dev/null | tr -d '\\0'; ";
  Isolated program(
      script("printf 3=; " + hear + "printf '3!'; " + hear + "printf 0=; exec sleep 20"));
  program.ask({"one"}, {}, 1);
  CHECK(program.answer() == "one");
  program.ask({"two"}, {}, 1);
  CHECK_THROWS_WITH(program.answer(), "two");
}

TEST_CASE("An isolated program inherits no file") {
  const TemporaryFolder folder;
  std::ofstream(folder / "a") << "one";
  const int held = ::open((folder / "a").c_str(), O_RDONLY);  // to be inherited, were it not closed
  // 0 to 3, and the folder that ls reads; stdin is empty.
  CHECK(answer_of("printf 2=; ls /proc/self/fd | wc -l; cat; echo lost >&2") == "5\n");
  ::close(held);
}

TEST_CASE("Questions carry words and open files") {
  const TemporaryFolder folder;
  std::ofstream(folder / "a") << "one";
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
  const int sent = ::open((folder / "a").c_str(), O_RDONLY);
  CHECK(send_question(ends[0], {{"read", "", "a\nb"}, {sent, sent}}));
  CHECK(send_question(ends[0], {{"stop"}, {}}));
  ::close(ends[0]);

  const auto first = next_question(ends[1]), second = next_question(ends[1]);
  REQUIRE(first);
  CHECK(first->words == std::vector<std::string>{"read", "", "a\nb"});
  REQUIRE(first->files.size() == 2);
  char text[3] = {};
  CHECK(::pread(first->files[1], text, 3, 0) == 3);
  CHECK(std::string(text, 3) == "one");
  REQUIRE(second);
  CHECK(second->words == std::vector<std::string>{"stop"});
  CHECK(second->files.empty());
  CHECK_FALSE(next_question(ends[1]));
  CHECK_FALSE(send_question(ends[1], {{"anyone?"}, {}}));
  for (const int file : {ends[1], sent, first->files[0], first->files[1]}) ::close(file);
}

TEST_CASE("A malformed answer is an Error") {
  for (const std::string text : {"=", "12", "x=", "-1=", "99999999999999999999=", "1?a", "1=ab"}) {
    INFO(text);
    CHECK_THROWS_WITH(answer_of("printf '" + text + "'"), Contains("it is damaged: its reader"));
  }
}

TEST_CASE("An isolated program that crashes is an Error") {
  CHECK_THROWS_WITH(answer_of("kill -9 $$"), "it is damaged: its reader crashed (Killed)");
  CHECK_THROWS_WITH(answer_of("printf 9=; exit 3"), "it is damaged: its reader crashed");
}

TEST_CASE("An isolated program without an answer is an Error") {
  CHECK_THROWS_WITH(answer_of("exit 0"), Contains("no answer"));
}

TEST_CASE("A program that is not there is an Error") {
  CHECK_THROWS_WITH(Isolated({"/none/such"}), "cannot start /none/such: No such file or directory");
}

TEST_CASE("Several isolated programs go on at once, and are asked for answers in any order") {
  Isolated first(script("printf 200000=; head -c 200000 /dev/zero"));
  Isolated second(script("printf 1=b"));
  first.ask({}, {}, 1);
  second.ask({}, {}, 1);
  CHECK(second.answer() == "b");
  CHECK(first.answer().size() == 200'000);
}

TEST_CASE("An isolated program that nobody needs any more is stopped") {
  { const Isolated asleep(script("exec sleep 20")); }
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no child is left
}

TEST_CASE("An isolated program that never ends is an Error") {
  CHECK_THROWS_WITH(answer_of("while :; do :; done"), Contains("more than 1 s"));
}

TEST_CASE("Isolated programs start while other threads take and free memory") {
  std::jthread busy([](std::stop_token stop) {
    while (!stop.stop_requested()) std::vector<std::string>(100, std::string(1000, 'x'));
  });
  for (int i = 0; i < 50; ++i) CHECK(answer_of("printf 0=").empty());
}
