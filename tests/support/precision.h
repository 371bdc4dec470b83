#pragma once
#include "kernels/precision.h"

namespace tutti::test {

/// A precision of matrix products, and the one before again at the end.
class WithPrecision {
 public:
  explicit WithPrecision(Precision wanted) { set_precision(wanted); }
  ~WithPrecision() { set_precision(before_); }
  WithPrecision(const WithPrecision&) = delete;
  WithPrecision& operator=(const WithPrecision&) = delete;

 private:
  const Precision before_ = precision();
};

/// Tests multiply in fp32 unless they say otherwise.
inline const WithPrecision usual(Precision::fp32);

}  // namespace tutti::test
