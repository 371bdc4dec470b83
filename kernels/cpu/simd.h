#pragma once

/// A function compiled once for every vector width; the processor at hand picks one. (Sanitizers
/// run before the picking is possible, so they get one plain version.)
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TUTTI_SIMD __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define TUTTI_SIMD
#endif

namespace tutti::kernels::cpu {

/// Elements that one task of an elementwise operation handles.
inline constexpr int elements_a_task = 1 << 15;

}  // namespace tutti::kernels::cpu
