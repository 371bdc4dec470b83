#pragma once
#include "kernels/backend.h"

/// Convolutions whose filter spans the whole width of a row, without im2col. One step of the stride
/// moves by S = SH W C contiguous values, and a window is the KH W C values from there on: so the
/// windows of an image are the rows of a matrix that overlap, and the products read it where it
/// lies.
///
/// Where the filter is three rows of S values high, Y[i] = X[i] W[0] + X[i + 1] W[1] + X[i + 2]
/// W[2] is a convolution of three taps, whose numbers are rows and matrices. Two outputs take four
/// products instead of six by F(2, 3) of Lavin, Gray: Fast algorithms for convolutional neural
/// networks (CVPR 2016): of d0 = X[2 p] … d3 = X[2 p + 3],
///   e = (d0 - d2, d1 + d2, d2 - d1, d1 - d3), the differences
///   v = (W0, (W0 + W1 + W2) / 2, (W0 - W1 + W2) / 2, W2)
///   Y[2 p] = e0 v0 + e1 v1 + e2 v2,  Y[2 p + 1] = e1 v1 - e2 v2 - e3 v3
/// and the same read backwards gives the gradient of the filter.
namespace tutti::kernels::cpu {

/// True for those that are fastest by pairs of windows.
bool winograd_applies(const Conv2dShape& s);

/// Images as the products read them: floats in memory, or bytes converted a piece at a time. What
/// is returned is valid until the next call on this thread.
class Images {
 public:
  Images(const Conv2dShape& s, const float* x) : shape_(s), x_(x) {}
  Images(const Conv2dShape& s, const GatheredBytes<float>& bytes) : shape_(s), bytes_(&bytes) {}

  /// Values [begin, end) of an image.
  const float* values(std::int64_t image, std::int64_t begin, std::int64_t end) const;

  /// Values [begin, end) of each of its rows of S values; `stride` is set to how far apart the rows
  /// are. Values beyond the image's last are not there.
  const float* columns(std::int64_t image, std::int64_t begin, std::int64_t end,
                       std::int64_t& stride) const;

  /// Columns [begin, end) of e [4, pairs] of windows first, first + 1, …
  void differences(std::int64_t image, std::int64_t first, std::int64_t windows, std::int64_t begin,
                   std::int64_t end, float* e) const;

 private:
  const std::uint8_t* bytes(std::int64_t image) const {
    return bytes_->data + bytes_->rows[image] * size();
  }
  std::int64_t size() const { return shape_.height * shape_.width * shape_.channels; }

  const Conv2dShape& shape_;
  const float* x_ = nullptr;
  const GatheredBytes<float>* bytes_ = nullptr;
};

void conv2d_rows(const Conv2dShape& s, const Images& x, const float* w, const float* b, float* y);
void conv2d_rows_backward_filter(const Conv2dShape& s, const Images& x, const float* dy, float* dw);

void conv2d_winograd(const Conv2dShape& s, const Images& x, const float* w, const float* b,
                     float* y);
void conv2d_winograd_backward_filter(const Conv2dShape& s, const Images& x, const float* dy,
                                     float* dw);

/// The same with relu and the larger of each pair of windows: see Backend::conv2d_relu_pool.
void conv2d_winograd_relu_pool(const Conv2dShape& s, const Images& x, const float* w,
                               const float* b, float* y, std::uint8_t* argmax);
void conv2d_winograd_relu_pool_backward(const Conv2dShape& s, const Images& x, const float* dy,
                                        const std::uint8_t* argmax, float* dw, float* db);

}  // namespace tutti::kernels::cpu
