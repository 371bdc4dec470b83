#pragma once
#include <algorithm>
#include <cstdint>

#include "kernels/shapes.h"
#include "kernels/support/simd.h"
#include "kernels/support/threads.h"

namespace tutti::kernels::cpu {

/// run(i, a, b, count) for runs along the innermost axis, in parallel: the first element's number
/// and its places in the arrays. Long rows are cut, short ones are grouped.
template <class Run>
void each_run(const StridedShape& s, Run run) {
  StridedShape outer = s;
  --outer.axes;
  const std::int64_t length = s.length[outer.axes], rows = outer.elements();
  const std::int64_t most = elements_a_task, pieces = (length + most - 1) / most;
  const std::int64_t together = std::max<std::int64_t>(1, most / std::max<std::int64_t>(1, length));
  parallel_ranges(rows * pieces, together, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      const std::int64_t row = at / pieces, first = at % pieces * most;
      const auto [a, b] = outer.place(row);
      run(row * length + first, a + first * s.a[outer.axes], b + first * s.b[outer.axes],
          std::min(most, length - first));
    }
  });
}

}  // namespace tutti::kernels::cpu
