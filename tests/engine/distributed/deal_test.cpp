#include "engine/distributed/deal.h"

#include <chrono>
#include <set>

#include "engine/distributed/calls.h"
#include "tests/engine/distributed/thread_world.h"
#include "tests/support/catch.h"

using namespace tutti;
using tutti::test::in_world;

TEST_CASE("all of what is dealt out is worked on once, and taken in its order") {
  for (const int processes : {1, 2, 3, 5})
    for (const std::int64_t count : {0, 1, 7, 40}) {
      std::vector<std::int64_t> taken;
      in_world(processes, [&](World& world) {
        deal_out(
            count, world.root() ? 3 : 4,  // the root's counts
            [](Block block) {
              std::this_thread::sleep_for(std::chrono::microseconds(100 * (block.first % 5)));
              return std::to_string(block.first) + "+" + std::to_string(block.size());
            },
            [&](Block block, const std::string& result) {
              CHECK(world.root());
              CHECK(result == std::to_string(block.first) + "+" + std::to_string(block.size()));
              for (auto i = block.first; i < block.end; ++i) taken.push_back(i);
            });
      });
      std::vector<std::int64_t> all;
      for (std::int64_t i = 0; i < count; ++i) all.push_back(i);
      CHECK(taken == all);
    }
}

TEST_CASE("an Error of taking ends the dealing") {
  in_world(3, [&](World& world) {
    const auto deal = [] {
      deal_out(
          100, 1, [](Block) { return std::string(); },
          [](Block, const std::string&) { throw Error("full"); });
    };
    if (world.root())
      CHECK_THROWS_WITH(deal(), "full");
    else
      deal();
  });
}

TEST_CASE("the others do what the root calls, until it ends") {
  std::mutex mutex;
  std::multiset<std::string> done;
  in_world(3, [&](World& world) {
    Calls calls;
    for (const char* name : {"a", "b"})
      calls.add(name, [&, name](Message& said) {
        const std::lock_guard lock(mutex);
        done.insert(name + std::to_string(said.get<int>()));
      });
    if (!world.root()) return calls.follow();
    calls.call("a", Message::of(1));
    calls.call("b", Message::of(2));
    calls.end();
  });
  CHECK(done == std::multiset<std::string>{"a1", "a1", "a1", "b2", "b2", "b2"});
}
