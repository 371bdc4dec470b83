#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/support/threads.h"

namespace tutti::kernels::cpu {

/// sums[m, f] = scale * the sum over rows of what add(member, first row, count, part) adds to part,
/// [features]: parts of 512 rows in float, in parallel, then their sum in double.
template <class Add>
void row_sums(std::int64_t members, std::int64_t rows, std::int64_t features, double scale, Add add,
              float* sums) {
  constexpr std::int64_t rows_a_part = 512;
  const std::int64_t parts = (rows + rows_a_part - 1) / rows_a_part;
  std::vector<float> of_parts(static_cast<std::size_t>(members * parts * features));
  parallel_for(members * parts, [&](std::int64_t task) {
    const std::int64_t first = task % parts * rows_a_part;
    add(task / parts, first, std::min(rows_a_part, rows - first),
        of_parts.data() + task * features);
  });
  for (std::int64_t m = 0; m < members; ++m)
    for (std::int64_t f = 0; f < features; ++f) {
      double sum = 0;
      for (std::int64_t p = 0; p < parts; ++p)
        sum += of_parts[static_cast<std::size_t>((m * parts + p) * features + f)];
      sums[m * features + f] = static_cast<float>(scale * sum);
    }
}

}  // namespace tutti::kernels::cpu
