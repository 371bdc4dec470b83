#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/support/philox.h"

namespace tutti {

/// A stream of random numbers given by its key alone: the same on every machine and thread.
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t key) : key_(key) {}

  /// An independent stream for purpose n. Deriving draws nothing from this stream.
  RandomStream derive(std::uint64_t n) const;
  std::uint64_t key() const { return key_; }

  std::uint32_t word();                     // 32 random bits
  double uniform();                         // [0, 1), 53 random bits
  double uniform(double low, double high);  // [low, high)
  double normal();                          // mean 0, standard deviation 1 (Box and Muller)
  std::int64_t below(std::int64_t n);       // 0 … n - 1, each equally likely

  template <class T>
  void shuffle(std::vector<T>& items) {  // Fisher and Yates
    for (auto i = static_cast<std::int64_t>(items.size()) - 1; i > 0; --i)
      std::swap(items[static_cast<std::size_t>(i)], items[static_cast<std::size_t>(below(i + 1))]);
  }

 private:
  std::uint64_t key_;
  std::uint64_t drawn_ = 0;  // words drawn so far
  kernels::PhiloxBlock block_{};
};

}  // namespace tutti
