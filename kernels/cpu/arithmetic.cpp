#include <algorithm>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/strided.h"
#include "kernels/support/simd.h"

namespace tutti::kernels {
namespace {

/// A loop for each way in which the innermost axis may be broadcast.
template <Arithmetic operation>
TUTTI_INLINE inline void loops(std::int64_t n, const float* a, std::int64_t a_stride,
                               const float* b, std::int64_t b_stride, float* y) {
  if (a_stride == 1 && b_stride == 1)
    for (std::int64_t i = 0; i < n; ++i) y[i] = computed(operation, a[i], b[i]);
  else if (a_stride == 1 && b_stride == 0)
    for (std::int64_t i = 0; i < n; ++i) y[i] = computed(operation, a[i], *b);
  else
    for (std::int64_t i = 0; i < n; ++i)
      y[i] = computed(operation, a[i * a_stride], b[i * b_stride]);
}

TUTTI_SIMD void arithmetic_range(Arithmetic operation, std::int64_t n, const float* a,
                                 std::int64_t a_stride, const float* b, std::int64_t b_stride,
                                 float* y) {
  switch (operation) {
    case Arithmetic::add:
      return loops<Arithmetic::add>(n, a, a_stride, b, b_stride, y);
    case Arithmetic::subtract:
      return loops<Arithmetic::subtract>(n, a, a_stride, b, b_stride, y);
    case Arithmetic::multiply:
      return loops<Arithmetic::multiply>(n, a, a_stride, b, b_stride, y);
  }
}

}  // namespace

void CpuBackend::arithmetic(Arithmetic operation, const StridedShape& s, const float* a,
                            const float* b, float* y) {
  const int last = s.axes - 1;
  cpu::each_run(s, [&](std::int64_t i, std::int64_t at_a, std::int64_t at_b, std::int64_t count) {
    arithmetic_range(operation, count, a + at_a, s.a[last], b + at_b, s.b[last], y + i);
  });
}

void CpuBackend::strided_copy(const StridedShape& s, const float* x, float* y) {
  const std::int64_t step = s.a[s.axes - 1], to_step = s.b[s.axes - 1];
  cpu::each_run(s, [&](std::int64_t, std::int64_t from, std::int64_t to, std::int64_t count) {
    if (step == 1 && to_step == 1)
      std::copy_n(x + from, count, y + to);
    else
      for (std::int64_t n = 0; n < count; ++n) y[to + n * to_step] = x[from + n * step];
  });
}

}  // namespace tutti::kernels
