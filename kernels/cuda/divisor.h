#pragma once
#include "kernels/cuda/language.h"

namespace tutti::kernels::TUTTI_GPU {

/// A positive number that others, from 0 to 2^31 - 1, are divided by again and again: by a product
/// and a shift, where a division takes some twenty instructions (Granlund and Montgomery 1994,
/// figure 4.1).
class Divisor {
 public:
  explicit Divisor(int value) : value_(value) {
    while ((std::int64_t{1} << shift_) < value) ++shift_;
    factor_ = static_cast<std::uint32_t>(
        (((std::uint64_t{1} << shift_) - static_cast<std::uint64_t>(value)) << 32) /
            static_cast<std::uint64_t>(value) +
        1);
  }
  __host__ __device__ operator int() const { return value_; }

  __host__ __device__ friend int operator/(int number, const Divisor& by) {
    const auto n = static_cast<std::uint32_t>(number);
    const auto high = static_cast<std::uint32_t>((std::uint64_t{n} * by.factor_) >> 32);
    return static_cast<int>((high + n) >> by.shift_);
  }
  __host__ __device__ friend int operator%(int number, const Divisor& by) {
    return number - number / by * by.value_;
  }

 private:
  int value_, shift_ = 0;
  std::uint32_t factor_;
};

}  // namespace tutti::kernels::TUTTI_GPU
