#pragma once
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/tensor.h"
#include "engine/training/examples.h"

namespace tutti::python {

namespace nb = nanobind;

/// What Python hands over: an array in the host's memory, row-major, of any type.
using AnyArray = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;
using Labels = nb::ndarray<const std::int32_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using OutArray = nb::ndarray<nb::numpy>;

/// The array's own elements, uint8, float32 or int32, kept as long as a tensor shares them. They
/// must not change while something computes on them.
Tensor tensor_over(const AnyArray& array);

/// The tensor's own elements as a NumPy array; the tensor is in the host's memory.
OutArray array_of(const Tensor& tensor);
template <class T>
OutArray array_of(const std::vector<T>& values) {
  return array_of(Tensor::from({static_cast<std::int64_t>(values.size())}, values));
}

/// What `compute` returns, computed while other threads of Python run.
template <class Compute>
OutArray array_unlocked(const Compute& compute) {
  const auto result = [&] {
    const nb::gil_scoped_release unlock;
    return compute();
  }();
  return array_of(result);
}

/// first … end - 1
std::vector<std::int32_t> row_numbers(std::int64_t first, std::int64_t end);

std::vector<std::int32_t> to_vector(const Labels& labels);

/// Labeled examples, all rows of x; no examples if x is not given.
Examples examples_of(const std::optional<AnyArray>& x, const std::optional<Labels>& y);

}  // namespace tutti::python
