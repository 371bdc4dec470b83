#pragma once
#include "kernels/backend.h"

/// The transforms of Winograd's F(2, 3) but that of the data, in the letters of conv2d_rows.h, and
/// what convolutions by it share.
namespace tutti::kernels::cpu {

/// U = G g, n numbers of each.
void transform_filter(std::int64_t n, const float* g, float* u);

/// dg = G^T dU, n numbers of each of the three rows, which lie `row` apart; dU3 is given negated.
void transform_filter_backward(std::int64_t n, std::int64_t row, const float* du, float* dg);

/// Y = A^T m, the outputs of a tile, n each; the four m lie `each` apart.
void transform_output(std::int64_t n, std::int64_t each, bool second, const float* m,
                      const float* b, float* y);

/// Adds up what groups of tasks made, n numbers each, into the first, in order.
void add_up(std::int64_t groups, std::int64_t n, float* all);

/// Some rows of an image between its zeros, `row` floats each, from row `first` of them on.
void pad_rows(const Conv2dShape& s, std::int64_t row, const float* image, std::int64_t first,
              std::int64_t rows, float* to);

}  // namespace tutti::kernels::cpu
