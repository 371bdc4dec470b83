#include "engine/tensor.h"

#include "tests/support/catch.h"

using tutti::Device;
using tutti::DType;
using tutti::Shape;
using tutti::Tensor;

// A const tensor's elements are only read; a tensor that is not passes for both kinds of pointer.
static_assert(std::is_convertible_v<const Tensor&, const float*>);
static_assert(!std::is_convertible_v<const Tensor&, float*>);
static_assert(std::is_convertible_v<Tensor&, const float*>);
static_assert(std::is_convertible_v<Tensor&, float*>);
static_assert(std::is_same_v<decltype(std::declval<const Tensor&>().data<float>()), const float*>);

TEST_CASE("A tensor holds what it was given") {
  const Tensor tensor = Tensor::from<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(tensor.shape() == Shape{2, 3});
  CHECK(tensor.size() == 6);
  CHECK(tensor.dtype() == DType::float32);
  CHECK(tensor.to_vector<float>() == std::vector<float>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("Reshaped and sliced tensors share their elements") {
  Tensor tensor = Tensor::zeros({2, 3}, DType::int32, Device::cpu);
  tensor.slice(1, 1).data<std::int32_t>()[0] = 7;
  CHECK(tensor.reshape({6}).to_vector<std::int32_t>() ==
        std::vector<std::int32_t>{0, 0, 0, 7, 0, 0});
}

TEST_CASE("Rows and joined tensors are copies") {
  Tensor tensor = Tensor::from<float>({3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor rows = tensor.rows({2, 0});
  const Tensor joined = Tensor::joined({rows, tensor.slice(1, 2)});
  tensor.copy_from(std::vector<float>(6).data(), 6);
  CHECK(rows.to_vector<float>() == std::vector<float>{5, 6, 1, 2});
  CHECK(joined.shape() == Shape{4, 2});
  CHECK(joined.to_vector<float>() == std::vector<float>{5, 6, 1, 2, 3, 4, 5, 6});
  CHECK_THROWS_WITH(Tensor::joined({tensor, Tensor::from<float>({1, 3}, {1, 2, 3})}),
                    "joined: [1, 3] beside [3, 2]");
}

TEST_CASE("Wrong uses of a tensor say what is wrong") {
  const Tensor tensor = Tensor::from<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK_THROWS_WITH(tensor.data<double>(), "tensor [2, 3]: holds float32, not float64");
  CHECK_THROWS_WITH(tensor.reshape({4}), "reshape: [2, 3] has 6 elements, [4] has 4");
  CHECK_THROWS_WITH(tensor.slice(1, 2), "slice: rows 1 to 3 of [2, 3]");
  CHECK_THROWS_WITH(Tensor().data<float>(), "tensor: used before it was given a value");
  CHECK_THROWS_WITH(Tensor::from<float>({2}, {1, 2, 3}), "tensor [2]: wants 2 values, not 3");
  CHECK_THROWS_WITH(Tensor::empty({2, -1}, DType::float32, Device::cpu),
                    "tensor: shape [2, -1] has a negative length");
}

TEST_CASE("Memory that was freed is handed out again") {
  const void* first = Tensor::empty({1000}, DType::float32, Device::cpu).data<float>();
  CHECK(Tensor::empty({1000}, DType::float32, Device::cpu).data<float>() == first);
}
