#include "kernels/simt/fibre.h"

#include <cstddef>
#include <memory>
#include <string>

#include "tests/support/catch.h"
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

using tutti::simt::Fibre;

TEST_CASE("Fibres run in turns, each to where it suspends") {
  std::string order;
  Fibre one, two;
  one.start([&] { order += 'a', one.suspend(), order += 'c'; });
  two.start([&] { order += 'b', two.suspend(), order += 'd'; });
  for (int turn = 0; turn < 2; ++turn) one.resume(), two.resume();
  CHECK(order == "abcd");
  one.start([&] { order += 'e'; });  // the same stack again
  one.resume();
  CHECK(order == "abcde");
}

#ifdef __SANITIZE_ADDRESS__
TEST_CASE("A fibre's memory is free of marks when it is given back") {
  constexpr std::size_t below = 16 << 10, above = 256;
  char* somewhere = nullptr;
  auto fibre = std::make_unique<Fibre>();
  fibre->start([&] {
    char local[32];
    somewhere = local;
    fibre->suspend();
  });
  fibre->resume();
  CHECK(__asan_region_is_poisoned(somewhere - above, 2 * above));  // what this test looks for
  fibre->resume();
  fibre.reset();
  CHECK(__asan_region_is_poisoned(somewhere - below, below + above) == nullptr);
}
#endif
