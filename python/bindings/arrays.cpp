#include "python/bindings/arrays.h"

#include <numeric>

#include "kernels/support/error.h"

namespace tutti::python {
namespace {

DType type_of(const AnyArray& array) {
  if (array.dtype() == nb::dtype<std::uint8_t>()) return DType::uint8;
  if (array.dtype() == nb::dtype<float>()) return DType::float32;
  if (array.dtype() == nb::dtype<std::int32_t>()) return DType::int32;
  throw Error("an array of another type than uint8, float32 and int32");
}

nb::dlpack::dtype dlpack_type(DType type) {
  switch (type) {
    case DType::uint8:
      return nb::dtype<std::uint8_t>();
    case DType::int32:
      return nb::dtype<std::int32_t>();
    case DType::float64:
      return nb::dtype<double>();
    case DType::float32:
      break;
  }
  return nb::dtype<float>();
}

}  // namespace

Tensor tensor_over(const AnyArray& array) {
  Shape shape;
  for (std::size_t axis = 0; axis < array.ndim(); ++axis)
    shape.push_back(static_cast<std::int64_t>(array.shape(axis)));
  // The last handle may go on a thread without the interpreter's lock.
  const std::shared_ptr<void> held(new AnyArray(array), [](void* kept) {
    const nb::gil_scoped_acquire lock;
    delete static_cast<AnyArray*>(kept);
  });
  return Tensor::over({held, const_cast<void*>(array.data())}, std::move(shape), type_of(array),
                      Device::cpu);
}

OutArray array_of(const Tensor& tensor) {
  auto* kept = new Tensor(tensor);
  const nb::capsule owner(kept, [](void* it) noexcept { delete static_cast<Tensor*>(it); });
  std::vector<std::size_t> shape(tensor.shape().begin(), tensor.shape().end());
  void* elements = nullptr;
  switch (tensor.dtype()) {
    case DType::uint8:
      elements = kept->data<std::uint8_t>();
      break;
    case DType::int32:
      elements = kept->data<std::int32_t>();
      break;
    case DType::float64:
      elements = kept->data<double>();
      break;
    case DType::float32:
      elements = kept->data<float>();
      break;
  }
  return OutArray(elements, shape.size(), shape.data(), owner, nullptr,
                  dlpack_type(tensor.dtype()));
}

std::vector<std::int32_t> to_vector(const Labels& labels) {
  return {labels.data(), labels.data() + labels.size()};
}

std::vector<std::int32_t> row_numbers(std::int64_t first, std::int64_t end) {
  std::vector<std::int32_t> rows(static_cast<std::size_t>(end - first));
  std::iota(rows.begin(), rows.end(), static_cast<std::int32_t>(first));
  return rows;
}

Examples examples_of(const std::optional<AnyArray>& x, const std::optional<Labels>& y) {
  if (!x || !y) return {};
  return {tensor_over(*x), to_vector(*y), row_numbers(0, static_cast<std::int64_t>(y->size()))};
}

}  // namespace tutti::python
