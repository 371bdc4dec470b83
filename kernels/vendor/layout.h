#pragma once
#include "kernels/backend.h"

/// Between our layouts and cuDNN's.
namespace tutti::kernels::vendor {

/// A matrix of ours, [rows, groups * columns], that cuDNN keeps transposed, each group by itself:
/// [columns, rows] from offsets[group] of a member's `size` floats.
struct Transposition {
  std::int64_t rows, columns, groups, size;
  std::int64_t offsets[4];
};
void to_vendor(std::int64_t members, const Transposition& t, const float* ours, float* theirs);
void from_vendor(std::int64_t members, const Transposition& t, const float* theirs, float* ours);

/// x of a convolution inside the larger or smaller x of another without padding, zeros around it;
/// and back.
void pad(const Conv2dShape& s, const Conv2dShape& padded, const float* x, float* y);
void crop(const Conv2dShape& s, const Conv2dShape& padded, const float* y, float* x);

/// y[m, r, f] += b[m, f]
void add_bias(std::int64_t members, std::int64_t rows, std::int64_t features, const float* b,
              float* y);

/// Whether this much padding on both sides gives this many outputs, as cuDNN counts them.
inline bool symmetric_padding(std::int64_t length, std::int64_t window, std::int64_t stride,
                              std::int64_t pad, std::int64_t outputs) {
  const std::int64_t rest = length + 2 * pad - window;
  return rest >= 0 && rest / stride + 1 == outputs;
}

}  // namespace tutti::kernels::vendor
