#include "kernels/cpu/conv2d_planes.h"

#include <algorithm>
#include <vector>

#include "kernels/cpu/conv2d_rows.h"
#include "kernels/cpu/product.h"
#include "kernels/cpu/winograd.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels::cpu {
namespace {

/// An image as this code sees it, in tiles of two rows of outputs; a last row without a second has
/// one of zeros beside it.
struct Plane {
  explicit Plane(const Conv2dShape& s)
      : places(s.out_width + s.kernel_width - 1),
        row(places * s.channels),
        window(s.kernel_width * s.channels),
        tiles((s.out_height + 1) / 2),
        // V in half of the second cache
        tiles_a_task(std::clamp<std::int64_t>((1 << 15) / row, 1, tiles)) {}

  /// Blocks of so many tiles.
  std::int64_t tasks() const { return (tiles + tiles_a_task - 1) / tiles_a_task; }
  /// Rows of the matrix of windows of some tiles.
  std::int64_t windows(const Conv2dShape& s, std::int64_t some) const {
    return (some - 1) * places + s.out_width;
  }

  std::int64_t places, row, window, tiles, tiles_a_task;
};

/// V [4, tiles, row] of tiles [first, first + tiles) of an image.
void make_data(const Conv2dShape& s, const Plane& plane, const float* image, std::int64_t first,
               std::int64_t tiles, std::vector<float>& padded, std::vector<float>& v) {
  const std::int64_t rows = 2 * tiles + 2;
  padded.resize(static_cast<std::size_t>(rows * plane.row));
  v.resize(static_cast<std::size_t>(4 * tiles * plane.row));
  pad_rows(s, plane.row, image, 2 * first, rows, padded.data());
  Conv2dShape one = s;
  one.height = rows;
  one.width = plane.places;
  Images(one, padded.data()).transformed(0, 0, 2 * tiles, 0, plane.row, v.data());
}

/// A dY of a row of tiles, dm3 negated; the four lie `each` apart.
TUTTI_SIMD void transform_gradients(std::int64_t n, std::int64_t each,
                                    const float* __restrict first, const float* __restrict second,
                                    float* __restrict dm) {
  for (std::int64_t i = 0; i < n; ++i) {
    dm[i] = first[i];
    dm[each + i] = first[i] + second[i];
    dm[2 * each + i] = first[i] - second[i];
    dm[3 * each + i] = second[i];
  }
}

/// dm [4, tiles, places, filters] of some tiles of an image, zeros at the outputs that are not
/// needed.
void make_gradients(const Conv2dShape& s, const Plane& plane, const float* dy, std::int64_t first,
                    std::int64_t tiles, std::vector<float>& dm) {
  const std::int64_t n = s.out_width * s.filters, row = plane.places * s.filters,
                     each = tiles * row;
  const std::vector<float> zeros(static_cast<std::size_t>(n));
  dm.resize(static_cast<std::size_t>(4 * each));
  for (std::int64_t t = 0; t < tiles; ++t) {
    const std::int64_t oh = 2 * (first + t);
    float* const here = dm.data() + t * row;
    transform_gradients(n, each, dy + oh * n,
                        oh + 1 < s.out_height ? dy + (oh + 1) * n : zeros.data(), here);
    for (int i = 0; i < 4; ++i) std::fill(here + i * each + n, here + i * each + row, 0.0f);
  }
}

}  // namespace

bool winograd_applies_to_planes(const Conv2dShape& s) {
  return s.kernel_height == 3 && s.stride_height == 1 && s.stride_width == 1 &&
         s.dilation_height == 1 && s.dilation_width == 1 && s.kernel_width * s.channels >= 64 &&
         s.pad_top <= 2 && s.pad_left < s.kernel_width &&
         s.batch * s.out_height * s.out_width >= 512;
}

void conv2d_planes(const Conv2dShape& s, const float* x, const float* w, const float* b, float* y) {
  const Plane plane(s);
  const std::int64_t size = plane.window * s.filters, n = s.out_width * s.filters;
  std::vector<float> u(static_cast<std::size_t>(s.members * 4 * size)),
      bias(static_cast<std::size_t>(s.members * n));
  parallel_for(s.members, [&](std::int64_t m) {
    transform_filter(size, w + m * 3 * size, u.data() + m * 4 * size);
    for (std::int64_t i = 0; i < s.out_width; ++i)
      std::copy_n(b + m * s.filters, s.filters, bias.data() + m * n + i * s.filters);
  });
  parallel_for(s.members * s.batch * plane.tasks(), [&](std::int64_t task) {
    const std::int64_t image = task / plane.tasks(), member = image / s.batch,
                       first = task % plane.tasks() * plane.tiles_a_task;
    const std::int64_t tiles = std::min(plane.tiles_a_task, plane.tiles - first),
                       row = plane.places * s.filters, each = tiles * row;
    thread_local std::vector<float> padded, v, m;
    make_data(s, plane, x + image * s.height * s.width * s.channels, first, tiles, padded, v);
    m.resize(static_cast<std::size_t>(4 * each));
    for (std::int64_t i = 0; i < 4; ++i)
      product(plane.windows(s, tiles), s.filters, plane.window,
              {v.data() + i * tiles * plane.row, s.channels, 1}, u.data() + (member * 4 + i) * size,
              s.filters, false, m.data() + i * each, s.filters);
    for (std::int64_t t = 0; t < tiles; ++t) {
      const std::int64_t oh = 2 * (first + t);
      transform_output(n, each, oh + 1 < s.out_height, m.data() + t * row, bias.data() + member * n,
                       y + (image * s.out_height + oh) * n);
    }
  });
}

// A task owns some of a member's blocks of tiles; what all of them make is added up in order.
void conv2d_planes_backward_filter(const Conv2dShape& s, const float* x, const float* dy,
                                   float* dw) {
  constexpr std::int64_t most_groups = 8;
  const Plane plane(s);
  const std::int64_t blocks = s.batch * plane.tasks(), groups = std::min(blocks, most_groups),
                     size = plane.window * s.filters;
  std::vector<float> du(static_cast<std::size_t>(s.members * groups * 4 * size));
  parallel_for(s.members * groups, [&](std::int64_t task) {
    const std::int64_t member = task / groups, group = task % groups;
    thread_local std::vector<float> padded, v, dm;
    for (std::int64_t block = group * blocks / groups; block < (group + 1) * blocks / groups;
         ++block) {
      const std::int64_t image = member * s.batch + block / plane.tasks(),
                         first = block % plane.tasks() * plane.tiles_a_task,
                         tiles = std::min(plane.tiles_a_task, plane.tiles - first);
      make_data(s, plane, x + image * s.height * s.width * s.channels, first, tiles, padded, v);
      make_gradients(s, plane, dy + image * s.out_height * s.out_width * s.filters, first, tiles,
                     dm);
      for (std::int64_t i = 0; i < 4; ++i)
        product(plane.window, s.filters, plane.windows(s, tiles),
                {v.data() + i * tiles * plane.row, 1, s.channels},
                dm.data() + i * tiles * plane.places * s.filters, s.filters, true,
                du.data() + (task * 4 + i) * size, s.filters);
    }
  });
  for (std::int64_t member = 0; member < s.members; ++member) {
    float* const sum = du.data() + member * groups * 4 * size;
    add_up(groups, 4 * size, sum);
    transform_filter_backward(size, size, sum, dw + member * 3 * size);
  }
}

}  // namespace tutti::kernels::cpu
