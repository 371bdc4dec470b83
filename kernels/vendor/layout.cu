#include "kernels/cuda/for_each.h"
#include "kernels/vendor/layout.h"

namespace tutti::kernels::vendor {
namespace {

/// body(index in ours, index in theirs) for every element.
template <class Body>
void for_each_pair(std::int64_t members, const Transposition& t, Body body) {
  const std::int64_t across = t.groups * t.columns;
  cuda::for_each(members, t.rows * across, [=] __device__(std::int64_t m, std::int64_t i) {
    const std::int64_t row = i / across, column = i % across;
    const std::int64_t place = t.offsets[column / t.columns] + column % t.columns * t.rows + row;
    body(m * t.rows * across + i, m * t.size + place);
  });
}

}  // namespace

void to_vendor(std::int64_t members, const Transposition& t, const float* ours, float* theirs) {
  for_each_pair(members, t,
                [=] __device__(std::int64_t i, std::int64_t place) { theirs[place] = ours[i]; });
}

void from_vendor(std::int64_t members, const Transposition& t, const float* theirs, float* ours) {
  for_each_pair(members, t,
                [=] __device__(std::int64_t i, std::int64_t place) { ours[i] = theirs[place]; });
}

void pad(const Conv2dShape& s, const Conv2dShape& padded, const float* x, float* y) {
  const std::int64_t size = padded.height * padded.width * s.channels;
  cuda::for_each(s.members * s.batch, size, [=] __device__(std::int64_t image, std::int64_t i) {
    const std::int64_t c = i % s.channels, w = i / s.channels % padded.width - s.pad_left;
    const std::int64_t h = i / s.channels / padded.width - s.pad_top;
    const bool inside = h >= 0 && h < s.height && w >= 0 && w < s.width;
    y[image * size + i] = inside ? x[((image * s.height + h) * s.width + w) * s.channels + c] : 0;
  });
}

void crop(const Conv2dShape& s, const Conv2dShape& padded, const float* y, float* x) {
  const std::int64_t size = s.height * s.width * s.channels;
  cuda::for_each(s.members * s.batch, size, [=] __device__(std::int64_t image, std::int64_t i) {
    const std::int64_t c = i % s.channels, w = i / s.channels % s.width + s.pad_left;
    const std::int64_t h = i / s.channels / s.width + s.pad_top;
    const bool inside = h < padded.height && w < padded.width;
    x[image * size + i] =
        inside ? y[((image * padded.height + h) * padded.width + w) * s.channels + c] : 0;
  });
}

void add_bias(std::int64_t members, std::int64_t rows, std::int64_t features, const float* b,
              float* y) {
  cuda::for_each(members, rows * features, [=] __device__(std::int64_t m, std::int64_t i) {
    y[m * rows * features + i] += b[m * features + i % features];
  });
}

}  // namespace tutti::kernels::vendor
