#pragma once
#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gemm.h"

namespace tutti::kernels::TUTTI_GPU {

/// Pool2dShape in the kernels' integers: divisions of 64 bits would take longer than the memory.
struct PoolShape {
  int images, height, width, channels, pool_height, pool_width;
  int stride_height, stride_width, pad_top, pad_left, out_height, out_width;

  PoolShape(const Pool2dShape& s, const char* operation) {
    const auto length = [operation](std::int64_t value) { return gemm::length(value, operation); };
    length(s.height * s.width * s.channels);
    images = length(s.members * s.batch), channels = length(s.channels);
    height = length(s.height), width = length(s.width);
    pool_height = length(s.pool_height), pool_width = length(s.pool_width);
    stride_height = length(s.stride_height), stride_width = length(s.stride_width);
    pad_top = length(s.pad_top), pad_left = length(s.pad_left);
    out_height = length(s.out_height), out_width = length(s.out_width);
  }

  __host__ __device__ int in() const { return height * width * channels; }
  __host__ __device__ int out() const { return out_height * out_width * channels; }
};

/// body(image, row, column, channel, i) for element i of every image, which is as wide as given.
template <class Body>
void for_each_place(const PoolShape& s, int elements, int width, Body body) {
  const int channels = s.channels;
  for_each(s.images, elements, [=] __device__(std::int64_t image, std::int64_t element) {
    const int i = static_cast<int>(element), place = i / channels;
    body(image, place / width, place % width, i % channels, i);
  });
}

/// The first window that reaches a place: the least o with o * stride + length > place.
__device__ inline int first_window(int place, int length, int stride) {
  return place < length ? 0 : (place - length) / stride + 1;
}

/// Calls visit(oh, ow) for the windows over a place, given with the padding before it.
template <class Visit>
__device__ void each_window_over(const PoolShape& s, int down, int across, Visit visit) {
  for (int oh = first_window(down, s.pool_height, s.stride_height);
       oh < s.out_height && oh * s.stride_height <= down; ++oh)
    for (int ow = first_window(across, s.pool_width, s.stride_width);
         ow < s.out_width && ow * s.stride_width <= across; ++ow)
      visit(oh, ow);
}

}  // namespace tutti::kernels::TUTTI_GPU
