#include "engine/layer.h"

#include <cmath>

#include "engine/dispatch.h"

namespace tutti {

Shape Initializer::with_members(const Shape& shape) const {
  Shape all{static_cast<std::int64_t>(members_.size())};
  all.insert(all.end(), shape.begin(), shape.end());
  return all;
}

Parameter Initializer::glorot_uniform(std::string name, const Shape& shape, std::int64_t fan_in,
                                      std::int64_t fan_out) {
  const double limit = std::sqrt(6.0 / static_cast<double>(fan_in + fan_out));
  Tensor values = Tensor::empty(with_members(shape), type_, device_);
  with_real(values, [&]<class Real>() {
    std::vector<Real> host;
    host.reserve(static_cast<std::size_t>(values.size()));
    for (const auto& member : members_) {
      RandomStream stream = member.derive(drawn_);
      for (std::int64_t i = 0; i < shape.elements(); ++i)
        host.push_back(static_cast<Real>(stream.uniform(-limit, limit)));
    }
    values.copy_from(host.data(), values.size());
  });
  ++drawn_;
  return {std::move(name), Variable(values, true)};
}

Parameter Initializer::zeros(std::string name, const Shape& shape) const {
  return {std::move(name), Variable(Tensor::zeros(with_members(shape), type_, device_), true)};
}

Tensor keys_of(const std::vector<RandomStream>& members, Device device) {
  std::vector<std::int32_t> halves;
  for (const auto& member : members) {
    halves.push_back(static_cast<std::int32_t>(member.key()));
    halves.push_back(static_cast<std::int32_t>(member.key() >> 32));
  }
  return Tensor::from({static_cast<std::int64_t>(members.size()), 2}, halves, device);
}

Variable Layer::forward(const Batch& batch, const Pass& pass) const {
  const DType type = parameters_.empty() ? DType::float32 : parameters_[0].variable.value().dtype();
  return forward(pick(batch, type), pass);
}

const char* name(Activation activation) {
  switch (activation) {
    case Activation::linear:
      return "linear";
    case Activation::relu:
      return "relu";
    case Activation::softmax:
      return "softmax";
  }
  return "?";
}

Variable activate(Activation activation, const Variable& x) {
  return activation == Activation::relu ? relu(x) : x;
}

}  // namespace tutti
