#include <numeric>

#include "engine/ops/ops.h"
#include "tests/support/catch.h"

using namespace tutti;
using Floats = std::vector<float>;

namespace {

Variable counted(const Shape& shape) {
  Floats values(static_cast<std::size_t>(shape.elements()));
  std::iota(values.begin(), values.end(), 1.0f);
  return Variable(Tensor::from(shape, values), true);
}

Floats floats(const Variable& x) { return x.value().to_vector<float>(); }

}  // namespace

TEST_CASE("Broadcasting never mixes members") {
  const Variable sum = add(counted({2, 1, 2}), counted({2, 2, 1}));
  CHECK(floats(sum) == Floats{2, 3, 3, 4, 6, 7, 7, 8});
  CHECK_THROWS_WITH(add(counted({2, 3}), counted({1, 3})),
                    Contains("add: a is [2, 3], b is [1, 3]"));
  CHECK_THROWS_WITH(multiply(counted({2, 3}), counted({3})),
                    Contains("multiply: a is [2, 3], b is [3]"));
}

TEST_CASE("Lengths that neither are equal nor 1 do not broadcast") {
  CHECK_THROWS_WITH(subtract(counted({1, 4, 3}), counted({1, 2, 3})),
                    Contains("subtract: a is [1, 4, 3], b is [1, 2, 3]"));
  CHECK_THROWS_WITH(add(counted({1, 4}), counted({1, 3})), Contains("counted from the last axis"));
}

TEST_CASE("More axes than can be walked together are an error, unless neighbors are one run") {
  CHECK(add(counted({1, 2, 2, 2, 2, 2, 2, 2}), counted({1, 2, 2, 2, 2, 2, 2, 2})).shape().size() ==
        8);
  CHECK_THROWS_WITH(add(counted({2, 2, 2, 2, 2, 2, 2}), counted({2, 1, 2, 1, 2, 1, 2})),
                    Contains("more than 6 axes"));
}

TEST_CASE("A constant factor takes no gradient") {
  const Variable x = counted({1, 2}), constant(Tensor::from<float>({1, 1}, {3}));
  backward(multiply(x, constant));
  CHECK(x.grad().to_vector<float>() == Floats{3, 3});
}

TEST_CASE("Of equal ones the first is the largest and takes the gradient") {
  const Variable x(Tensor::from<float>({1, 3}, {1, 2, 2}), true);
  backward(max(x, 1));
  CHECK(x.grad().to_vector<float>() == Floats{0, 1, 0});
}

TEST_CASE("Operations along an axis name one that is not there, and the member's") {
  const Variable x = counted({2, 3, 4});
  CHECK_THROWS_WITH(sum(x, 0), Contains("sum: x is [2, 3, 4] and has no axis 0"));
  CHECK_THROWS_WITH(mean(x, 3), Contains("mean: x is [2, 3, 4] and has no axis 3"));
  CHECK_THROWS_WITH(max(x, -3), Contains("max: x is [2, 3, 4] and has no axis -3"));
  CHECK_THROWS_WITH(mean(counted({2, 0, 4}), 1), Contains("holds nothing along axis 1"));
  CHECK_THROWS_WITH(slice(x, 1, 2, 2), Contains("has no 2 elements from 2 along axis 1"));
  CHECK_THROWS_WITH(slice(x, 1, -1, 2), Contains("has no 2 elements from -1"));
  CHECK_THROWS_WITH(slice(x, 1, 0, 0), Contains("has no 0 elements from 0"));
  CHECK_THROWS_WITH(concatenate({x, counted({2, 3, 5})}, 1),
                    Contains("concatenate: parts are [2, 3, 4] and [2, 3, 5]"));
  CHECK_THROWS_WITH(concatenate({x, counted({2, 3})}, 1), Contains("[2, 3, 4] and [2, 3]"));
  CHECK_THROWS_WITH(concatenate({}, 1), "concatenate: there are no parts");
}

TEST_CASE("A transpose names axes that are not a permutation, or move the member's") {
  const Variable x = counted({2, 3, 4});
  for (const std::vector<std::int64_t>& axes :
       {std::vector<std::int64_t>{0, 1}, {0, 1, 1}, {0, 1, 3}, {1, 0, 2}, {0, -1, 1}})
    CHECK_THROWS_WITH(transpose(x, axes), Contains("transpose: x is [2, 3, 4]"));
  CHECK_THROWS_WITH(transpose(Variable(Tensor::from<float>({}, {1})), {}),
                    Contains("transpose: x is []"));
}

TEST_CASE("Products and normalization name the shapes that do not fit") {
  CHECK_THROWS_WITH(matmul(counted({1, 2, 3}), counted({1, 2, 3})),
                    Contains("matmul: a is [1, 2, 3], b [1, 2, 3]"));
  CHECK_THROWS_WITH(matmul(counted({1, 2, 3}), counted({1, 3, 2}), {.transpose_b = true}),
                    Contains("b [1, 3, 2] (transposed)"));
  CHECK_THROWS_WITH(matmul(counted({2, 2, 3}), counted({1, 3, 2})), Contains("matmul"));
  CHECK_THROWS_WITH(matmul(counted({2, 3}), counted({2, 3})), Contains("matmul"));
  CHECK_THROWS_WITH(layer_norm(counted({1, 2, 3}), counted({1, 2}), counted({1, 3}), 1e-3),
                    Contains("layer_norm: x is [1, 2, 3], gamma [1, 2], beta [1, 3]"));
  CHECK_THROWS_WITH(layer_norm(counted({1, 2, 3}), counted({1, 3}), counted({1, 2}), 1e-3),
                    Contains("beta [1, 2]"));
}
