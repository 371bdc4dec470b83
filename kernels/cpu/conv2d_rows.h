#pragma once
#include "kernels/backend.h"

/// Convolutions whose filter spans the whole width of a row, without im2col. One step of the stride
/// moves by S = SH W C contiguous values, and a window is the KH W C values from there on: so the
/// windows of an image are the rows of a matrix that overlap, and the products read it where it
/// lies.
///
/// Where the filter is three rows of S values high, Y[i] = d[i] g[0] + d[i + 1] g[1] + d[i + 2]
/// g[2] is a convolution of three taps, whose numbers are rows d and matrices g. A tile of two
/// outputs takes four products instead of six by Winograd's F(2, 3), in the letters of Lavin, Gray:
/// Fast algorithms for convolutional neural networks (2015; CVPR 2016):
///   V = B^T d = (d0 - d2, d1 + d2, d2 - d1, d1 - d3) of the rows d0 … d3 that the tile reads
///   U = G g = (g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2)
///   m = (V0 U0, V1 U1, V2 U2, V3 U3)
///   Y = A^T m = (m0 + m1 + m2, m1 - m2 - m3)
/// The gradient of the filter is the same read backwards: dm = A dY, dU = V^T dm, dg = G^T dU.
namespace tutti::kernels::cpu {

/// True for those that are fastest by F(2, 3).
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

  /// Columns [begin, end) of V [4, tiles] of windows first, first + 1, …
  void transformed(std::int64_t image, std::int64_t first, std::int64_t windows, std::int64_t begin,
                   std::int64_t end, float* v) const;

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

/// The same with relu and the larger of each tile's windows: see conv2d_relu_pool in
/// kernels/operations.h.
void conv2d_winograd_relu_pool(const Conv2dShape& s, const Images& x, const float* w,
                               const float* b, float* y, std::uint8_t* argmax);
void conv2d_winograd_relu_pool_backward(const Conv2dShape& s, const Images& x, const float* dy,
                                        const std::uint8_t* argmax, float* dw, float* db);

}  // namespace tutti::kernels::cpu
