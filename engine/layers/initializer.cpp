#include "engine/layers/initializer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/dispatch.h"
#include "kernels/support/threads.h"

namespace tutti {
namespace {

/// Random directions made orthonormal one after another (Gram and Schmidt, twice against rounding).
std::vector<std::vector<double>> orthonormal_vectors(std::size_t count, std::size_t length,
                                                     RandomStream& random) {
  std::vector<std::vector<double>> vectors;
  for (std::size_t k = 0; k < count; ++k) {
    std::vector<double> v(length);
    for (double& value : v) value = random.normal();
    for (int pass = 0; pass < 2; ++pass)
      for (const auto& done : vectors) {
        const double along = std::inner_product(v.begin(), v.end(), done.begin(), 0.0);
        for (std::size_t i = 0; i < length; ++i) v[i] -= along * done[i];
      }
    const double norm = std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
    for (double& value : v) value /= norm;
    vectors.push_back(std::move(v));
  }
  return vectors;
}

}  // namespace

Shape Initializer::with_members(const Shape& shape) const {
  Shape all{members_};
  all.insert(all.end(), shape.begin(), shape.end());
  return all;
}

template <class Draw>
Parameter Initializer::parameter(std::string name, const Shape& shape, Draw draw) const {
  if (streams_.empty()) return zeros(std::move(name), shape);
  Tensor tensor = Tensor::empty(with_members(shape), type_, device_);
  with_real(tensor, [&]<class Real>() {
    std::vector<Real> host(static_cast<std::size_t>(tensor.size()));
    parallel_for(members_, [&](std::int64_t m) {
      const auto values = draw(streams_[static_cast<std::size_t>(m)].derive(drawn_));
      std::copy(values.begin(), values.end(), host.begin() + m * shape.elements());
    });
    tensor.copy_from(host.data(), static_cast<std::int64_t>(host.size()));
  });
  return {.name = std::move(name), .variable = Variable(tensor, true)};
}

Parameter Initializer::glorot_uniform(std::string name, const Shape& shape, std::int64_t fan_in,
                                      std::int64_t fan_out) {
  const double limit = std::sqrt(6.0 / static_cast<double>(fan_in + fan_out));
  auto result = parameter(std::move(name), shape, [&](RandomStream stream) {
    std::vector<double> values(static_cast<std::size_t>(shape.elements()));
    for (double& value : values) value = stream.uniform(-limit, limit);
    return values;
  });
  ++drawn_;
  return result;
}

Parameter Initializer::orthogonal(std::string name, std::int64_t rows, std::int64_t columns) {
  const auto count = static_cast<std::size_t>(std::min(rows, columns)),
             length = static_cast<std::size_t>(std::max(rows, columns));
  auto result = parameter(std::move(name), {rows, columns}, [&](RandomStream stream) {
    const auto vectors = orthonormal_vectors(count, length, stream);
    std::vector<double> values(count * length);
    for (std::size_t k = 0; k < count; ++k)
      for (std::size_t i = 0; i < length; ++i)
        values[rows < columns ? k * length + i : i * count + k] = vectors[k][i];
    return values;
  });
  ++drawn_;
  return result;
}

Parameter Initializer::values(std::string name, const Shape& shape,
                              const std::function<double(std::int64_t)>& value) const {
  return parameter(std::move(name), shape, [&](const RandomStream&) {
    std::vector<double> values(static_cast<std::size_t>(shape.elements()));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = value(static_cast<std::int64_t>(i));
    return values;
  });
}

Parameter Initializer::zeros(std::string name, const Shape& shape) const {
  return {.name = std::move(name),
          .variable = Variable(Tensor::zeros(with_members(shape), type_, device_), true)};
}

Parameter Initializer::buffer(std::string name, const Shape& shape, double value) const {
  Tensor tensor = Tensor::empty(with_members(shape), type_, device_);
  with_real(tensor, [&]<class Real>() {
    const std::vector<Real> all(static_cast<std::size_t>(tensor.size()), static_cast<Real>(value));
    tensor.copy_from(all.data(), tensor.size());
  });
  return {.name = std::move(name), .variable = Variable(tensor), .trainable = false};
}

Parameter Initializer::constants(std::string name, const Shape& shape,
                                 const std::vector<double>& values) const {
  const auto count = static_cast<std::size_t>(shape.elements());
  if (values.size() != 1 && values.size() != count)
    throw Error(name, ": ", values.size(), " values are given for ", shape);
  Parameter constant = buffer(std::move(name), shape, 0);
  constant.saved = false;
  Tensor tensor = constant.variable.value();
  with_real(tensor, [&]<class Real>() {
    std::vector<Real> all;
    for (std::int64_t i = 0; i < tensor.size(); ++i)
      all.push_back(static_cast<Real>(values[static_cast<std::size_t>(i) % values.size()]));
    tensor.copy_from(all.data(), tensor.size());
  });
  return constant;
}

Parameter Initializer::optional(bool wanted, std::string name, const Shape& shape,
                                double value) const {
  if (wanted) return values(std::move(name), shape, [value](std::int64_t) { return value; });
  Parameter constant = buffer(std::move(name), shape, value);
  constant.saved = false;
  return constant;
}

}  // namespace tutti
