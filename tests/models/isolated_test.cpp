#include "models/isolated.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <vector>

#include "engine/error.h"

using namespace tutti;
using Catch::Matchers::Contains;

namespace {

constexpr Limits limits{1, 1 << 30};

}  // namespace

TEST_CASE("Isolated work returns its result, however long") {
  const std::string text(3'000'000, 'x');
  CHECK(isolated([&] { return text; }, limits) == text);
  CHECK(isolated([] { return std::string(); }, limits).empty());
}

TEST_CASE("What isolated work throws is thrown on") {
  CHECK_THROWS_WITH(isolated([]() -> std::string { throw Error("row 3"); }, limits), "row 3");
}

TEST_CASE("Isolated work that crashes is an Error") {
  CHECK_THROWS_WITH(isolated([] { return std::raise(SIGKILL), std::string(); }, limits),
                    "it is damaged: its reader crashed (Killed)");
  CHECK_THROWS_WITH(isolated([] { return std::raise(SIGABRT), std::string(); }, limits),
                    Contains("its reader crashed"));
}

TEST_CASE("Isolated work that never ends is an Error") {
  const auto forever = []() -> std::string {
    volatile bool on = true;
    while (on) {
    }
    return "";
  };
  CHECK_THROWS_WITH(isolated(forever, limits), Contains("more than 1 s"));
}

TEST_CASE("Isolated work that takes all memory is an Error") {
  const auto fill = []() -> std::string {
    std::vector<std::string> blocks;
    for (;;) blocks.emplace_back(100'000'000, 'x');
  };
  CHECK_THROWS_AS(isolated(fill, {60, 1 << 28}), Error);
}
