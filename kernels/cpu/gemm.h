#pragma once
#include <cstdint>

namespace tutti::kernels::cpu {

/// A row-major matrix: where it starts, and how far apart its rows are.
struct Matrix {
  const float* data;
  std::int64_t stride;
  bool transposed = false;  // read as its transpose
};

/// c = a b + beta c on the calling thread; a is m × k, b is k × n, c is m × n.
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, Matrix a, Matrix b, float beta, float* c,
          std::int64_t c_stride);

/// A product of one member's matrices in a batch of equal ones, by how far apart the members are.
struct MemberMatrix {
  Matrix matrix;
  std::int64_t member_stride;
};

/// The same for every member, in tiles of the given size spread over the threads.
void gemm_tiles(std::int64_t members, std::int64_t m, std::int64_t n, std::int64_t k,
                MemberMatrix a, MemberMatrix b, float beta, float* c, std::int64_t row_tile,
                std::int64_t column_tile);

}  // namespace tutti::kernels::cpu
