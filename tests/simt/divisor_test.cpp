#include <limits>

#include "tests/support/catch.h"

#define TUTTI_SIMT
#include "kernels/cuda/divisor.h"

using tutti::kernels::simt::Divisor;

TEST_CASE("A divisor divides and leaves rests as division does, up to the largest number") {
  constexpr int largest = std::numeric_limits<int>::max();
  for (const int by :
       {1, 2, 3, 5, 7, 10, 127, 128, 641, 1905, 65535, 65536, 1 << 30, largest - 1, largest}) {
    const Divisor divisor(by);
    CHECK(divisor == by);
    for (const int base : {0, by, 2 * (by / 4) + by / 2, largest / by * by, largest}) {
      for (const int number : {base - 1, base, base == largest ? base : base + 1}) {
        if (number < 0) continue;
        INFO(number << " by " << by);
        CHECK(number / divisor == number / by);
        CHECK(number % divisor == number % by);
      }
    }
  }
}
