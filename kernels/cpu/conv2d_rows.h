#pragma once
#include "kernels/backend.h"

/// Convolutions whose filter spans the whole width of a row, without im2col. One step of the stride
/// moves by S = SH W C contiguous values, so an image is a matrix X of rows of S values, and with
/// the filter cut into slices of at most SH rows, Y[oh] = sum over a of X[oh + a] W_a: plain matrix
/// products over the picture where it lies.
namespace tutti::kernels::cpu {

/// True for filters as wide as the input, without padding.
bool spans_rows(const Conv2dShape& s);

/// Images as the products read them: floats in memory, or bytes converted a piece at a time.
class Images {
 public:
  Images(const Conv2dShape& s, const float* x) : shape_(s), x_(x) {}
  Images(const Conv2dShape& s, const PickedBytes<float>& bytes) : shape_(s), bytes_(&bytes) {}

  /// Values [begin, end) of the first `rows` rows of S values of an image; `stride` is set to how
  /// far apart the rows are. Valid until the next call on this thread.
  const float* columns(std::int64_t image, std::int64_t rows, std::int64_t begin, std::int64_t end,
                       std::int64_t& stride) const;

 private:
  const Conv2dShape& shape_;
  const float* x_ = nullptr;
  const PickedBytes<float>* bytes_ = nullptr;
};

void conv2d_rows(const Conv2dShape& s, const Images& x, const float* w, const float* b, float* y);
void conv2d_rows_backward_filter(const Conv2dShape& s, const Images& x, const float* dy, float* dw);

}  // namespace tutti::kernels::cpu
