#pragma once
#include <algorithm>
#include <cstdint>
#include <string>

#include "kernels/support/error.h"

/// What every kernel includes. The same sources are compiled twice: by nvcc for a GPU, into
/// namespace kernels::cuda, and by the C++ compiler for the SIMT machine, into namespace
/// kernels::simt. This file has the words that differ.
#ifdef TUTTI_SIMT
#define TUTTI_GPU simt
#include "kernels/simt/language.h"
#include "kernels/simt/mma.h"
namespace tutti::kernels::simt {
using namespace tutti::simt;
}
#else
#define TUTTI_GPU cuda
#include "kernels/cuda/runtime.h"
#endif

namespace tutti::kernels::TUTTI_GPU {

struct Grid {
  dim3 blocks, threads;
  std::size_t dynamic_shared_bytes = 0;
};

/// How many pieces of a length make a whole, the last of them perhaps not full.
template <class Integer>
constexpr Integer pieces(Integer whole, Integer length) {
  return (whole + length - 1) / length;
}

/// A grid that is long along x, where a GPU takes most blocks: the kernel finds its axes in
/// blockIdx.x with next_axis().
inline dim3 along_x(std::int64_t blocks, unsigned y = 1) {
  if (blocks > 2147483647)
    throw Error(blocks, " blocks are more than a GPU takes; take fewer members or a smaller batch");
  return {static_cast<unsigned>(blocks), y};
}

/// The place along the innermost axis of a number that counts through axes, taken off it.
__device__ inline int next_axis(int& number, int length) {
  const int place = number % length;
  number /= length;
  return place;
}

/// A kernel's name, from the compiler's name of a function of it: "… [with auto kernel = NAME; …]".
template <auto kernel>
std::string name_of() {
  const std::string function = __PRETTY_FUNCTION__;
  const auto name = function.find('=', function.find("auto kernel")) + 2;
  return function.substr(name, function.find_first_of(";]", name) - name);
}

/// Whether a kernel's grid has blocks; an Error if they are too many along y or z.
template <auto kernel>
bool has_blocks(const Grid& grid) {
  constexpr unsigned most = 65535;
  const auto& [x, y, z] = grid.blocks;
  if (y > most || z > most)
    throw Error(name_of<kernel>(), ": ", std::max(y, z), " blocks along an axis are more than the ",
                most, " of a GPU; take fewer members or a smaller batch");
  return x > 0 && y > 0 && z > 0;
}

#ifdef TUTTI_SIMT

/// The most shared memory that a block can have.
inline std::int64_t most_shared_bytes() { return tutti::simt::most_shared_bytes; }

template <auto kernel, class... Arguments>
void launch(const Grid& grid, Arguments... arguments) {
  if (!has_blocks<kernel>(grid)) return;
  run({name_of<kernel>(), grid.blocks, grid.threads, grid.dynamic_shared_bytes},
      [=] { kernel(arguments...); });
}

#else

/// Lets a kernel's blocks have that much dynamic shared memory, and two of them a multiprocessor;
/// the rest of what it has on chip stays cache.
template <auto kernel>
void allow_shared(std::size_t dynamic_bytes) {
  constexpr int of_system = 1024;  // of each block
  cudaFuncAttributes attributes{};
  int most = 1;
  TUTTI_CUDA(cudaFuncGetAttributes(&attributes, kernel));
  TUTTI_CUDA(cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerMultiprocessor, 0));
  const auto wanted =
      200 * (static_cast<std::int64_t>(attributes.sharedSizeBytes + dynamic_bytes) + of_system);
  TUTTI_CUDA(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                  static_cast<int>(dynamic_bytes)));
  TUTTI_CUDA(cudaFuncSetAttribute(
      kernel, cudaFuncAttributePreferredSharedMemoryCarveout,
      static_cast<int>(std::min<std::int64_t>(100, pieces<std::int64_t>(wanted, most)))));
}

template <auto kernel, class... Arguments>
void launch(const Grid& grid, Arguments... arguments) {
  if (!has_blocks<kernel>(grid)) return;
  static std::size_t allowed = 0;  // only ever raised: recorded launches keep what they need
  if (grid.dynamic_shared_bytes > allowed) {
    allow_shared<kernel>(grid.dynamic_shared_bytes);
    allowed = grid.dynamic_shared_bytes;
  }
  kernel<<<grid.blocks, grid.threads, grid.dynamic_shared_bytes, stream()>>>(arguments...);
  if (const cudaError_t status = cudaGetLastError(); status != cudaSuccess)
    check(status, name_of<kernel>().c_str());
}

constexpr unsigned all_lanes = 0xFFFFFFFFu;

/// `__shared__ SharedArray<T, N> a;`
template <class T, int N>
struct SharedArray {
  T values[N];
  __device__ T& operator[](int index) { return values[index]; }
};

/// `DynamicShared<T> a;` is the memory whose size the launch gave.
template <class T>
struct DynamicShared {
  __device__ T& operator[](int index) const {
    extern __shared__ float4 dynamic_shared_memory[];
    return reinterpret_cast<T*>(dynamic_shared_memory)[index];
  }
};

// The matrix instructions: see kernels/simt/mma.h.

__device__ inline void mma_m16n8k8_f16(float (&d)[4], const std::uint32_t (&a)[2],
                                       const std::uint32_t (&b)[1]) {
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, "
      "{%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(b[0]));
}

__device__ inline std::uint32_t round_to_f16x2(float low, float high) {
  std::uint32_t word;
  asm("{.reg .f16 low, high; cvt.rn.f16.f32 low, %1; cvt.rn.f16.f32 high, %2; "
      "mov.b32 %0, {low, high};}"
      : "=r"(word)
      : "f"(low), "f"(high));
  return word;
}

#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800

__device__ inline void mma_m16n8k8_tf32(float (&d)[4], const std::uint32_t (&a)[4],
                                        const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, "
      "{%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ inline void mma_m16n8k16_bf16(float (&d)[4], const std::uint32_t (&a)[4],
                                         const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, "
      "{%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

__device__ inline std::uint32_t round_to_tf32(float value) {
  std::uint32_t bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(value));
  return bits;
}

__device__ inline std::uint32_t round_to_bf16x2(float low, float high) {
  std::uint32_t word;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
  return word;
}

__device__ inline float low_of_bf16x2(std::uint32_t word) { return __uint_as_float(word << 16); }

#else  // sm_75 multiplies fp16 only: fewer bits of exponent, as many or more of mantissa.

__device__ inline void mma_m16n8k8_tf32(float (&d)[4], const std::uint32_t (&a)[4],
                                        const std::uint32_t (&b)[2]) {
  // Any order of k will do that is the same in a and b: a lane's t and t + 4 as its 2t and 2t + 1.
  const auto pair = [](std::uint32_t low, std::uint32_t high) {
    return round_to_f16x2(__uint_as_float(low), __uint_as_float(high));
  };
  mma_m16n8k8_f16(d, {pair(a[0], a[2]), pair(a[1], a[3])}, {pair(b[0], b[1])});
}

__device__ inline void mma_m16n8k16_bf16(float (&d)[4], const std::uint32_t (&a)[4],
                                         const std::uint32_t (&b)[2]) {
  mma_m16n8k8_f16(d, {a[0], a[1]}, {b[0]});
  mma_m16n8k8_f16(d, {a[2], a[3]}, {b[1]});
}

__device__ inline std::uint32_t round_to_tf32(float value) { return __float_as_uint(value); }

__device__ inline std::uint32_t round_to_bf16x2(float low, float high) {
  return round_to_f16x2(low, high);
}

__device__ inline float low_of_bf16x2(std::uint32_t word) {
  float value;
  asm("{.reg .f16 low, high; mov.b32 {low, high}, %1; cvt.f32.f16 %0, low;}"
      : "=f"(value)
      : "r"(word));
  return value;
}

#endif

__device__ inline float value_of_tf32(std::uint32_t word) { return __uint_as_float(word); }
#endif

}  // namespace tutti::kernels::TUTTI_GPU
