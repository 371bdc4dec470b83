// NaN in, NaN out: as in Keras, no operation makes a number of what is not one.
#include <cmath>
#include <limits>

#include "engine/ops/ops.h"
#include "tests/support/catch.h"

using namespace tutti;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr Device devices[] = {Device::reference, Device::cpu, Device::simt};

std::vector<bool> nans_in(const Tensor& values) {
  std::vector<bool> is;
  for (const float value : values.to_vector<float>()) is.push_back(std::isnan(value));
  return is;
}

}  // namespace

TEST_CASE("Activations of NaN are NaN") {
  using Kind = ActivationFunction::Kind;
  for (const Device device : devices)
    for (const auto kind : {Kind::relu, Kind::leaky_relu, Kind::elu, Kind::tanh, Kind::sigmoid,
                            Kind::selu, Kind::softplus, Kind::silu, Kind::gelu}) {
      CAPTURE(device, static_cast<int>(kind));
      const Variable x(Tensor::from<float>({1, 1, 3}, {-1, not_a_number, 2}).to(device));
      CHECK(nans_in(activation({kind, 0.1}, x).value()) == std::vector<bool>{false, true, false});
    }
}

TEST_CASE("A maximum over numbers of which one is NaN is NaN") {
  for (const Device device : devices)
    for (std::size_t place = 0; place < 2; ++place) {
      CAPTURE(device, place);
      std::vector<float> values = {1, 3, 2, 4};  // [1, 1, 4, 1, 1]: two windows
      values[2 + place] = not_a_number;
      const Variable x(Tensor::from<float>({1, 1, 4, 1, 1}, values).to(device));
      CHECK(nans_in(max_pool2d(x, pairs_of_rows).value()) == std::vector<bool>{false, true});
      const Variable rows(Tensor::from<float>({1, 2, 2}, values).to(device));
      CHECK(nans_in(max(rows, 2).value()) == std::vector<bool>{false, true});
    }
}

TEST_CASE("A convolution with relu and pooling in one passes NaN on") {
  const std::int64_t width = 127, filters = 5;
  for (const Device device : devices) {
    CAPTURE(device);
    const Batch batch{Tensor::zeros({1, 8, width, 1}, DType::uint8, Device::cpu).to(device),
                      Tensor::from<std::int32_t>({1, 1}, {0}).to(device), 1.0 / 255, 0};
    std::vector<float> bias(filters, 1);
    bias[2] = not_a_number;
    const Variable w(
        Tensor::zeros({1, 3, width, 1, filters}, DType::float32, Device::cpu).to(device)),
        b(Tensor::from<float>({1, filters}, bias).to(device));
    const auto is = nans_in(conv2d_relu_pool(batch, w, b, {}).value());
    for (std::size_t i = 0; i < is.size(); ++i) CHECK(is[i] == (i % filters == 2));
  }
}
