#pragma once
#include "kernels/backend.h"
#include "kernels/cuda/language.h"

namespace tutti::kernels::TUTTI_GPU {

/// The first window that reaches a place: the least o with o * stride + length > place.
__device__ inline std::int64_t first_window(std::int64_t place, std::int64_t length,
                                            std::int64_t stride) {
  return place < length ? 0 : (place - length) / stride + 1;
}

/// Calls visit(oh, ow) for the windows over a place, given with the padding before it.
template <class Visit>
__device__ void each_window_over(const Pool2dShape& s, std::int64_t down, std::int64_t across,
                                 Visit visit) {
  for (std::int64_t oh = first_window(down, s.pool_height, s.stride_height);
       oh < s.out_height && oh * s.stride_height <= down; ++oh)
    for (std::int64_t ow = first_window(across, s.pool_width, s.stride_width);
         ow < s.out_width && ow * s.stride_width <= across; ++ow)
      visit(oh, ow);
}

}  // namespace tutti::kernels::TUTTI_GPU
