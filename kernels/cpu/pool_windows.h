#pragma once
#include <algorithm>
#include <cstdint>

#include "kernels/backend.h"

namespace tutti::kernels::cpu {

/// Calls visit(output index, offset of an input position) for the windows of one image, both in
/// units of channel rows; each window's positions one after another.
template <class Begin, class Visit>
void each_window(const Pool2dShape& s, Begin begin, Visit visit) {
  for (std::int64_t oh = 0; oh < s.out_height; ++oh)
    for (std::int64_t ow = 0; ow < s.out_width; ++ow) {
      const std::int64_t top = oh * s.stride_height - s.pad_top;
      const std::int64_t left = ow * s.stride_width - s.pad_left;
      const std::int64_t output = oh * s.out_width + ow;
      begin(output);
      for (std::int64_t h = std::max<std::int64_t>(top, 0);
           h < std::min(top + s.pool_height, s.height); ++h)
        for (std::int64_t w = std::max<std::int64_t>(left, 0);
             w < std::min(left + s.pool_width, s.width); ++w)
          visit(output, h * s.width + w);
    }
}

}  // namespace tutti::kernels::cpu
