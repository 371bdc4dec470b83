#include "kernels/simt/fiber.h"

#include <cstddef>
#include <memory>
#include <string>

#include "tests/support/catch.h"
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

using tutti::simt::Fiber;

TEST_CASE("Fibers run in turns, each to where it suspends") {
  std::string order;
  Fiber one, two;
  one.start([&] { order += 'a', one.suspend(), order += 'c'; });
  two.start([&] { order += 'b', two.suspend(), order += 'd'; });
  for (int turn = 0; turn < 2; ++turn) one.resume(), two.resume();
  CHECK(order == "abcd");
  one.start([&] { order += 'e'; });  // the same stack again
  one.resume();
  CHECK(order == "abcde");
}

#ifdef __SANITIZE_ADDRESS__
TEST_CASE("A fiber's memory is free of marks when it is given back") {
  constexpr std::size_t below = 16 << 10, above = 256;
  char* somewhere = nullptr;
  auto fiber = std::make_unique<Fiber>();
  fiber->start([&] {
    char local[32];
    somewhere = local;
    fiber->suspend();
  });
  fiber->resume();
  CHECK(__asan_region_is_poisoned(somewhere - above, 2 * above));  // what this test looks for
  fiber->resume();
  fiber.reset();
  CHECK(__asan_region_is_poisoned(somewhere - below, below + above) == nullptr);
}
#endif
