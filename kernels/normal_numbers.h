#pragma once
#include <cmath>

#include "kernels/support/philox.h"

namespace tutti::kernels {

/// One of four numbers of the standard normal distribution from the words of a Philox block: each
/// pair of words makes two, by Box and Muller (1958).
TUTTI_HOST_DEVICE inline float normal_number(const PhiloxBlock& words, int number) {
  const int pair = number & ~1;
  const float length = std::sqrt(-2 * std::log(1 - unit_interval(words[pair])));
  const float angle = 6.28318530717958648f * unit_interval(words[pair + 1]);
  return length * (number & 1 ? std::sin(angle) : std::cos(angle));
}

}  // namespace tutti::kernels
