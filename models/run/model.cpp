#include "models/run/model.h"

#include "kernels/support/error.h"

namespace tutti {
namespace {

template <class T>
Tensor stacked_as(const std::vector<Tensor>& inputs) {
  Shape shape = inputs[0].shape();
  shape[0] = 0;
  std::vector<T> all;
  for (const auto& input : inputs) {
    shape[0] += input.dim(0);
    all.insert(all.end(), input.data<T>(), input.data<T>() + input.size());
  }
  return Tensor::from(shape, all);
}

}  // namespace

Tensor stacked(const std::vector<Tensor>& inputs) {
  return inputs.at(0).dtype() == DType::uint8 ? stacked_as<std::uint8_t>(inputs)
                                              : stacked_as<float>(inputs);
}

}  // namespace tutti
