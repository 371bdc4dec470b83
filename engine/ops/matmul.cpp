#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {
namespace {

/// The product of all pairs of matrices in the last two axes.
Tensor product(const Tensor& a, const Tensor& b, const MatmulOptions& options) {
  const Shape &of_a = a.shape(), &of_b = b.shape();
  const auto fail = [&] {
    throw Error("matmul: a is ", of_a, options.transpose_a ? " (transposed)" : "", ", b ", of_b,
                options.transpose_b ? " (transposed)" : "",
                "; they must be [members, …, rows, depth] and [members, …, depth, columns]");
  };
  const std::size_t axes = of_a.size();
  if (axes < 3 || of_b.size() != axes) fail();
  const std::size_t row = axes - 2, column = axes - 1;
  kernels::MatmulShape s{1,
                         of_a[options.transpose_a ? column : row],
                         of_b[options.transpose_b ? row : column],
                         of_a[options.transpose_a ? row : column],
                         options.transpose_a,
                         options.transpose_b};
  if (of_b[options.transpose_b ? column : row] != s.depth) fail();
  Shape shape = of_a;
  for (std::size_t n = 0; n < row; ++n) {
    if (of_a[n] != of_b[n]) fail();
    s.count *= of_a[n];
  }
  shape[row] = s.rows;
  shape[column] = s.columns;
  Tensor y = like(a, shape);
  with_backend(y, [&](auto& backend) { backend.matmul(s, a, b, y); });
  return y;
}

}  // namespace

// With A and B the factors as they are multiplied, dA = dy B^T and dB = A^T dy; the gradient of one
// that was transposed is the transpose of that.
Variable matmul(const Variable& a, const Variable& b, const MatmulOptions& options) {
  return Variable::result(
      product(a.value(), b.value(), options), {a, b},
      [a = a.value(), b = b.value(), a_wanted = a.requires_grad(), b_wanted = b.requires_grad(),
       ta = options.transpose_a, tb = options.transpose_b](const Tensor& dy) -> Gradients {
        Gradients gradients(2);
        if (a_wanted) gradients[0] = ta ? product(b, dy, {tb, true}) : product(dy, b, {false, !tb});
        if (b_wanted) gradients[1] = tb ? product(dy, a, {true, ta}) : product(a, dy, {!ta, false});
        return gradients;
      });
}

}  // namespace tutti
