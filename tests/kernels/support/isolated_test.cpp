#include "kernels/support/isolated.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <vector>

#include "kernels/support/error.h"
#include "tests/support/catch.h"

using namespace tutti;

namespace {

constexpr Limits limits{1, 1 << 30};

}  // namespace

TEST_CASE("Isolated work returns its result, however long") {
  const std::string text(3'000'000, 'x');
  CHECK(Isolated([&] { return text; }, limits).result() == text);
  CHECK(Isolated([] { return std::string(); }, limits).result().empty());
}

TEST_CASE("What isolated work throws is thrown on") {
  CHECK_THROWS_WITH(Isolated([]() -> std::string { throw Error("row 3"); }, limits).result(),
                    "row 3");
}

TEST_CASE("Isolated work that crashes is an Error") {
  CHECK_THROWS_WITH(Isolated([] { return std::raise(SIGKILL), std::string(); }, limits).result(),
                    "it is damaged: its reader crashed (Killed)");
  CHECK_THROWS_WITH(Isolated([] { return std::raise(SIGABRT), std::string(); }, limits).result(),
                    Contains("its reader crashed"));
}

TEST_CASE("Isolated work that ends its process is an Error") {
  CHECK_THROWS_WITH(Isolated([]() -> std::string { ::_exit(0); }, limits).result(),
                    Contains("no answer"));
}

TEST_CASE("Several isolated works go on at once, and their results are asked for in any order") {
  Isolated first([] { return std::string(200'000, 'a'); }, limits);
  Isolated second([] { return std::string(200'000, 'b'); }, limits);
  CHECK(second.result() == std::string(200'000, 'b'));
  CHECK(first.result() == std::string(200'000, 'a'));
}

TEST_CASE("Isolated work whose result nobody wants is stopped") {
  {
    const Isolated asleep([] { return ::sleep(20), std::string(); }, limits);
  }
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no child is left
}

TEST_CASE("Isolated work that never ends is an Error") {
  const auto forever = []() -> std::string {
    volatile bool on = true;
    while (on) {
    }
    return "";
  };
  CHECK_THROWS_WITH(Isolated(forever, limits).result(), Contains("more than 1 s"));
}

TEST_CASE("Isolated work that takes all memory is an Error") {
  const auto fill = []() -> std::string {
    std::vector<std::string> blocks;
    for (;;) blocks.emplace_back(100'000'000, 'x');
  };
  CHECK_THROWS_AS(Isolated(fill, {60, 1 << 28}).result(), Error);
}
