#pragma once
#include "kernels/backend.h"

/// Convolutions whose filter spans the whole width of a row, without im2col. One step of the stride
/// moves by S = SH W C contiguous values, and a window is the KH W C values from there on: so the
/// windows of an image are the rows of a matrix that overlap, and the products read it where it
/// lies.
namespace tutti::kernels::cpu {

/// True for filters as wide as the input, without padding.
bool spans_rows(const Conv2dShape& s);

/// Images as the products read them: floats in memory, or bytes converted a piece at a time. What
/// is returned is valid until the next call on this thread.
class Images {
 public:
  Images(const Conv2dShape& s, const float* x) : shape_(s), x_(x) {}
  Images(const Conv2dShape& s, const PickedBytes<float>& bytes) : shape_(s), bytes_(&bytes) {}

  /// Values [begin, end) of an image.
  const float* values(std::int64_t image, std::int64_t begin, std::int64_t end) const;

  /// Values [begin, end) of each of its rows of S values; `stride` is set to how far apart the rows
  /// are. Values beyond the image's last are not there.
  const float* columns(std::int64_t image, std::int64_t begin, std::int64_t end,
                       std::int64_t& stride) const;

 private:
  const std::uint8_t* bytes(std::int64_t image) const {
    return bytes_->data + bytes_->rows[image] * size();
  }
  std::int64_t size() const { return shape_.height * shape_.width * shape_.channels; }

  const Conv2dShape& shape_;
  const float* x_ = nullptr;
  const PickedBytes<float>* bytes_ = nullptr;
};

void conv2d_rows(const Conv2dShape& s, const Images& x, const float* w, const float* b, float* y);
void conv2d_rows_backward_filter(const Conv2dShape& s, const Images& x, const float* dy, float* dw);

}  // namespace tutti::kernels::cpu
