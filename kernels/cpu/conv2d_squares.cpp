#include "kernels/cpu/conv2d_squares.h"

#include <algorithm>
#include <vector>

#include "kernels/cpu/product.h"
#include "kernels/cpu/winograd.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels::cpu {
namespace {

/// The images of a member in tiles of 2 x 2 outputs: `across` in a row of tiles, `down` rows in an
/// image. A block is some rows of tiles, of one image or of several.
struct Tiles {
  explicit Tiles(const Conv2dShape& s)
      : across((s.out_width + 1) / 2),
        down((s.out_height + 1) / 2),
        rows(s.batch * down),
        places((2 * across + 2) * s.channels) {
    constexpr std::int64_t tiles = 64;  // whose 16 matrices the second cache holds
    rows_a_block = std::clamp<std::int64_t>(tiles / across, 1, rows);
    blocks = (rows + rows_a_block - 1) / rows_a_block;
  }

  std::int64_t across, down, rows, places;  // places: floats of a padded row of an image
  std::int64_t rows_a_block = 1, blocks = 1;
};

/// How far apart the 16 matrices of some tiles lie: a line of the cache more than they take, for
/// what lies a multiple of 4 KB apart shares the sets of the first cache.
std::int64_t apart(std::int64_t tiles, std::int64_t values) { return tiles * values + 16; }

/// V of a row of tiles, 16 matrices [tiles, channels] that lie `each` apart, from the four padded
/// rows that it reads.
TUTTI_SIMD void transform_data(std::int64_t tiles, std::int64_t channels, std::int64_t places,
                               const float* __restrict rows, std::int64_t each,
                               float* __restrict v) {
  for (std::int64_t t = 0; t < tiles; ++t, rows += 2 * channels, v += channels)
#pragma GCC ivdep
    for (std::int64_t c = 0; c < channels; ++c) {
      float down[4][4];
      for (int k = 0; k < 4; ++k) {
        const float *d = rows + k * channels + c, d0 = d[0], d1 = d[places], d2 = d[2 * places],
                    d3 = d[3 * places];
        down[0][k] = d0 - d2;
        down[1][k] = d1 + d2;
        down[2][k] = d2 - d1;
        down[3][k] = d1 - d3;
      }
      for (int i = 0; i < 4; ++i) {
        float* const to = v + 4 * i * each + c;
        to[0] = down[i][0] - down[i][2];
        to[each] = down[i][1] + down[i][2];
        to[2 * each] = down[i][2] - down[i][1];
        to[3 * each] = down[i][1] - down[i][3];
      }
    }
}

/// The two rows of outputs of a row of tiles.
TUTTI_SIMD void transform_outputs(std::int64_t tiles, std::int64_t filters, std::int64_t each,
                                  const float* __restrict m, const float* __restrict b,
                                  float* __restrict first, float* __restrict second) {
  for (std::int64_t t = 0; t < tiles;
       ++t, m += filters, first += 2 * filters, second += 2 * filters)
#pragma GCC ivdep
    for (std::int64_t f = 0; f < filters; ++f) {
      float across[4][2];
      for (int i = 0; i < 4; ++i) {
        const float *from = m + 4 * i * each + f, m1 = from[each], m2 = from[2 * each];
        across[i][0] = from[0] + m1 + m2;
        across[i][1] = m1 - m2 - from[3 * each];
      }
      for (int k = 0; k < 2; ++k) {
        first[k * filters + f] = across[0][k] + across[1][k] + across[2][k] + b[f];
        second[k * filters + f] = across[1][k] - across[2][k] - across[3][k] + b[f];
      }
    }
}

/// dm of a row of tiles, those of an index 3 negated, from its two rows of gradients.
TUTTI_SIMD void transform_gradients(std::int64_t tiles, std::int64_t filters, std::int64_t each,
                                    const float* __restrict first, const float* __restrict second,
                                    float* __restrict dm) {
  for (std::int64_t t = 0; t < tiles;
       ++t, dm += filters, first += 2 * filters, second += 2 * filters)
#pragma GCC ivdep
    for (std::int64_t f = 0; f < filters; ++f) {
      const float left[4] = {first[f], first[f] + second[f], first[f] - second[f], second[f]};
      const float *one = first + filters, *two = second + filters;
      const float right[4] = {one[f], one[f] + two[f], one[f] - two[f], two[f]};
      for (int i = 0; i < 4; ++i) {
        float* const to = dm + 4 * i * each + f;
        to[0] = left[i];
        to[each] = left[i] + right[i];
        to[2 * each] = left[i] - right[i];
        to[3 * each] = right[i];
      }
    }
}

/// V of a block's rows of tiles [first, last) of a member's images.
void make_data(const Conv2dShape& s, const Tiles& tiles, const float* images, std::int64_t first,
               std::int64_t last, std::vector<float>& padded, std::vector<float>& v) {
  const std::int64_t row = tiles.across * s.channels,
                     each = apart((last - first) * tiles.across, s.channels);
  padded.resize(static_cast<std::size_t>(4 * tiles.places));
  v.resize(static_cast<std::size_t>(16 * each));
  for (std::int64_t r = first; r < last; ++r) {
    const float* const image = images + r / tiles.down * s.height * s.width * s.channels;
    pad_rows(s, tiles.places, image, r % tiles.down * 2, 4, padded.data());
    transform_data(tiles.across, s.channels, tiles.places, padded.data(), each,
                   v.data() + (r - first) * row);
  }
}

/// The same of dm, zeros for gradients that are not there.
void make_gradients(const Conv2dShape& s, const Tiles& tiles, const float* dy, std::int64_t first,
                    std::int64_t last, std::vector<float>& padded, std::vector<float>& dm) {
  const std::int64_t row = tiles.across * s.filters,
                     each = apart((last - first) * tiles.across, s.filters),
                     n = s.out_width * s.filters;
  padded.resize(static_cast<std::size_t>(4 * row));
  dm.resize(static_cast<std::size_t>(16 * each));
  for (std::int64_t r = first; r < last; ++r) {
    const std::int64_t oh = r % tiles.down * 2;
    const float* const from = dy + (r / tiles.down * s.out_height + oh) * n;
    std::fill(padded.begin(), padded.begin() + 4 * row, 0.0f);
    std::copy_n(from, n, padded.data());
    if (oh + 1 < s.out_height) std::copy_n(from + n, n, padded.data() + 2 * row);
    transform_gradients(tiles.across, s.filters, each, padded.data(), padded.data() + 2 * row,
                        dm.data() + (r - first) * row);
  }
}

}  // namespace

bool winograd_applies_to_squares(const Conv2dShape& s) {
  return s.kernel_height == 3 && s.kernel_width == 3 && s.stride_height == 1 &&
         s.stride_width == 1 && s.dilation_height == 1 && s.dilation_width == 1 &&
         s.channels >= 32 && s.filters >= 32 && s.pad_top <= 2 && s.pad_left <= 2 &&
         s.batch * s.out_height * s.out_width >= 128;  // enough to make up for U
}

void conv2d_squares(const Conv2dShape& s, const float* x, const float* w, const float* b,
                    float* y) {
  const Tiles tiles(s);
  const std::int64_t size = s.channels * s.filters, n = s.out_width * s.filters;
  std::vector<float> u(static_cast<std::size_t>(s.members * 16 * size));
  parallel_for(s.members, [&](std::int64_t m) {
    std::vector<float> down(static_cast<std::size_t>(12 * size));
    transform_filter(3 * size, w + m * 9 * size, down.data());
    for (int i = 0; i < 4; ++i)
      transform_filter(size, down.data() + 3 * i * size, u.data() + (m * 16 + 4 * i) * size);
  });
  parallel_for(s.members * tiles.blocks, [&](std::int64_t task) {
    const std::int64_t member = task / tiles.blocks,
                       first = task % tiles.blocks * tiles.rows_a_block,
                       last = std::min(first + tiles.rows_a_block, tiles.rows),
                       count = (last - first) * tiles.across, row = tiles.across * s.filters,
                       v_each = apart(count, s.channels), m_each = apart(count, s.filters);
    thread_local std::vector<float> padded, v, m;
    make_data(s, tiles, x + member * s.batch * s.height * s.width * s.channels, first, last, padded,
              v);
    m.resize(static_cast<std::size_t>(16 * m_each));
    for (std::int64_t i = 0; i < 16; ++i)
      product(count, s.filters, s.channels, {v.data() + i * v_each, s.channels, 1},
              u.data() + (member * 16 + i) * size, s.filters, false, m.data() + i * m_each,
              s.filters);
    padded.resize(static_cast<std::size_t>(4 * row));
    for (std::int64_t r = first; r < last; ++r) {
      const std::int64_t oh = r % tiles.down * 2;
      float* const to = y + ((member * s.batch + r / tiles.down) * s.out_height + oh) * n;
      transform_outputs(tiles.across, s.filters, m_each, m.data() + (r - first) * row,
                        b + member * s.filters, padded.data(), padded.data() + 2 * row);
      std::copy_n(padded.data(), n, to);
      if (oh + 1 < s.out_height) std::copy_n(padded.data() + 2 * row, n, to + n);
    }
  });
}

// A task owns some of a member's blocks; what all of them make is added up in order.
void conv2d_squares_backward_filter(const Conv2dShape& s, const float* x, const float* dy,
                                    float* dw) {
  constexpr std::int64_t most_groups = 8;
  const Tiles tiles(s);
  const std::int64_t groups = std::min(tiles.blocks, most_groups), size = s.channels * s.filters;
  std::vector<float> du(static_cast<std::size_t>(s.members * groups * 16 * size));
  parallel_for(s.members * groups, [&](std::int64_t task) {
    const std::int64_t member = task / groups, group = task % groups;
    thread_local std::vector<float> padded, v, dm;
    for (std::int64_t block = group * tiles.blocks / groups;
         block < (group + 1) * tiles.blocks / groups; ++block) {
      const std::int64_t first = block * tiles.rows_a_block,
                         last = std::min(first + tiles.rows_a_block, tiles.rows),
                         count = (last - first) * tiles.across, v_each = apart(count, s.channels),
                         dm_each = apart(count, s.filters);
      make_data(s, tiles, x + member * s.batch * s.height * s.width * s.channels, first, last,
                padded, v);
      make_gradients(s, tiles, dy + member * s.batch * s.out_height * s.out_width * s.filters,
                     first, last, padded, dm);
      for (std::int64_t i = 0; i < 16; ++i)
        product(s.channels, s.filters, count, {v.data() + i * v_each, 1, s.channels},
                dm.data() + i * dm_each, s.filters, true, du.data() + (task * 16 + i) * size,
                s.filters);
    }
  });
  for (std::int64_t member = 0; member < s.members; ++member) {
    float* const sum = du.data() + member * groups * 16 * size;
    add_up(groups, 16 * size, sum);
    std::vector<float> down(static_cast<std::size_t>(12 * size));
    for (int i = 0; i < 4; ++i)
      transform_filter_backward(size, size, sum + 4 * i * size, down.data() + 3 * i * size);
    transform_filter_backward(3 * size, 3 * size, down.data(), dw + member * 9 * size);
  }
}

}  // namespace tutti::kernels::cpu
