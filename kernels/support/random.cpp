#include "kernels/support/random.h"

#include <cmath>
#include <numbers>

namespace tutti {
namespace {

// The `call` words under which a key is used: streams draw with 0, derivation with the largest.
// Dropout calls start at 1.
constexpr std::uint64_t drawing = 0, deriving = ~std::uint64_t{0};

}  // namespace

RandomStream RandomStream::derive(std::uint64_t n) const {
  const auto words = kernels::philox(key_, deriving, n);
  return RandomStream((std::uint64_t{words[1]} << 32) | words[0]);
}

std::uint32_t RandomStream::word() {
  if (drawn_ % 4 == 0) block_ = kernels::philox(key_, drawing, drawn_ / 4);
  return block_[drawn_++ % 4];
}

double RandomStream::uniform() {
  const std::uint64_t high = word() >> 5, low = word() >> 6;
  return static_cast<double>((high << 26) | low) * 0x1p-53;
}

double RandomStream::uniform(double low, double high) { return low + (high - low) * uniform(); }

double RandomStream::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

std::int64_t RandomStream::below(std::int64_t n) {
  // Words beyond the last whole multiple of n would favor the small numbers; they are drawn again.
  const auto range = static_cast<std::uint64_t>(n);
  const std::uint64_t limit = ~std::uint64_t{0} - ~std::uint64_t{0} % range;
  std::uint64_t draw;
  do {
    draw = word();
    draw = (draw << 32) | word();
  } while (draw >= limit);
  return static_cast<std::int64_t>(draw % range);
}

}  // namespace tutti
