#include "kernels/cpu/gemm.h"

#include <cblas.h>

#include <algorithm>

#include "kernels/parallel.h"

namespace tutti::kernels::cpu {
namespace {

// The threads are ours: the BLAS computes each product on the thread that calls it.
[[maybe_unused]] const bool one_thread = (openblas_set_num_threads(1), true);

const float* element(const Matrix& matrix, std::int64_t row, std::int64_t column) {
  return matrix.transposed ? matrix.data + column * matrix.stride + row
                           : matrix.data + row * matrix.stride + column;
}

}  // namespace

void gemm(std::int64_t m, std::int64_t n, std::int64_t k, Matrix a, Matrix b, float beta, float* c,
          std::int64_t c_stride) {
  const auto flag = [](bool transposed) { return transposed ? CblasTrans : CblasNoTrans; };
  cblas_sgemm(CblasRowMajor, flag(a.transposed), flag(b.transposed), static_cast<blasint>(m),
              static_cast<blasint>(n), static_cast<blasint>(k), 1, a.data,
              static_cast<blasint>(a.stride), b.data, static_cast<blasint>(b.stride), beta, c,
              static_cast<blasint>(c_stride));
}

void gemm_tiles(std::int64_t members, std::int64_t m, std::int64_t n, std::int64_t k,
                MemberMatrix a, MemberMatrix b, float beta, float* c, std::int64_t row_tile,
                std::int64_t column_tile) {
  const std::int64_t down = (m + row_tile - 1) / row_tile;
  const std::int64_t across = (n + column_tile - 1) / column_tile;
  parallel_for(members * down * across, [&](std::int64_t task) {
    const std::int64_t member = task / (down * across);
    const std::int64_t row = task / across % down * row_tile, column = task % across * column_tile;
    Matrix left = a.matrix, right = b.matrix;
    left.data = element(left, row, 0) + member * a.member_stride;
    right.data = element(right, 0, column) + member * b.member_stride;
    gemm(std::min(row_tile, m - row), std::min(column_tile, n - column), k, left, right, beta,
         c + (member * m + row) * n + column, n);
  });
}

}  // namespace tutti::kernels::cpu
