#pragma once
#include <algorithm>
#include <cstdint>

/// A function compiled once for every vector width; the processor at hand count one. (Sanitizers
/// run before the picking is possible, so they get one plain version.)
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(TUTTI_SANITIZED)
#define TUTTI_SIMD __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define TUTTI_SIMD
#endif
#define TUTTI_INLINE __attribute__((always_inline))

namespace tutti::kernels::cpu {

/// body(k) for k in [0, n), sixteen at a time in the vectors of the function around; the last
/// sixteen reach back instead of being fewer, so body may get a k twice, and must not see what it
/// did for another.
template <class Body>
TUTTI_INLINE inline void in_vectors(std::int64_t n, Body body) {
  constexpr std::int64_t lanes = 16;
  if (n < lanes) {
    for (std::int64_t k = 0; k < n; ++k) body(k);
    return;
  }
  for (std::int64_t at = 0; at < n; at += lanes) {
    const std::int64_t first = std::min(at, n - lanes);
#pragma GCC ivdep
    for (std::int64_t k = first; k < first + lanes; ++k) body(k);
  }
}

/// Elements that one task of an elementwise operation handles.
inline constexpr int elements_a_task = 1 << 15;

}  // namespace tutti::kernels::cpu
