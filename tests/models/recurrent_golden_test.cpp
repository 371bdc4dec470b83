#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/dispatch.h"
#include "engine/members.h"
#include "engine/optimizers/adam.h"
#include "models/recurrent_classifiers.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/values.h"

using namespace tutti;
using namespace tutti::test;
using nlohmann::json;

namespace {

constexpr std::int64_t batch = 32, features = 28;
constexpr double rate = 0.0023916625587450248;

std::vector<double> uniform_double(std::int64_t size, std::uint32_t salt, double limit) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < size; ++i)
    values.push_back(limit *
                     (2 * ((hash(static_cast<std::uint32_t>(i), salt) >> 8) * 0x1p-24) - 1));
  return values;
}

/// Host doubles as a tensor of the type asked for.
Tensor tensor_of(Shape shape, const std::vector<double>& values, DType type, Device device) {
  Tensor tensor = Tensor::empty(std::move(shape), type, device);
  with_real(tensor, [&]<class Real>() {
    tensor.copy_from(std::vector<Real>(values.begin(), values.end()).data(), tensor.size());
  });
  return tensor;
}

std::vector<double> doubles(const Tensor& tensor) {
  std::vector<double> values;
  with_real(tensor, [&]<class Real>() {
    for (const Real value : tensor.to_vector<Real>()) values.push_back(value);
  });
  return values;
}

/// The weights of tests/golden/recurrent_classifiers.py.
void set_golden_weights(const Model& model) {
  std::uint32_t salt = 0;
  for (const auto& parameter : model.parameters()) {
    const Tensor& value = parameter.variable.value();
    const Shape shape(value.shape().begin() + 1, value.shape().end());
    const double limit =
        shape.size() == 1 ? 0.1 : std::sqrt(6.0 / static_cast<double>(shape[0] + shape[1]));
    const auto values = uniform_double(shape.elements(), ++salt, limit);
    Tensor target = value;
    with_real(value, [&]<class Real>() {
      target.copy_from(std::vector<Real>(values.begin(), values.end()).data(), value.size());
    });
  }
}

/// Largest of the differences of the norm and of the samples, relative to the norm and to the
/// largest sample.
double error_of(const std::vector<double>& values, const json& summary) {
  double squares = 0, error = 0, largest = 0;
  for (const double value : values) squares += value * value;
  const double norm = summary.at("norm");
  for (std::size_t i = 0; i < summary.at("indices").size(); ++i) {
    const double expected = summary["samples"][i];
    error = std::max(error, std::abs(values[summary["indices"][i].get<std::size_t>()] - expected));
    largest = std::max(largest, std::abs(expected));
  }
  return std::max(error / largest, std::abs(std::sqrt(squares) - norm) / norm);
}

void expect_golden(Model model, const json& expected, DType type, Device device,
                   double tolerance) {
  model.build(member_streams(0, 1), device, type);
  set_golden_weights(model);
  std::vector<double> x = uniform_double(batch * features, 100, 1);
  for (double& value : x) value = (value + 1) / 2;
  std::vector<std::int32_t> labels, rows;
  for (std::int32_t i = 0; i < batch; ++i) {
    labels.push_back(static_cast<std::int32_t>(hash(static_cast<std::uint32_t>(i), 101) >> 31));
    rows.push_back(i);
  }
  const Batch all{tensor_of({batch, features, 1}, x, type, device),
                  Tensor::from({1, batch}, rows, device)};
  const Tensor targets = Tensor::from({1, batch}, labels, device);
  Adam adam(model.parameters());
  for (std::size_t step = 0; step < 10; ++step) {
    const auto [loss, probabilities] = softmax_cross_entropy(model.logits(all, Context{}), targets);
    CAPTURE(step);
    CHECK(doubles(loss.value())[0] ==
          Approx(expected.at("losses")[step].get<double>()).epsilon(tolerance));
    backward(loss);
    if (step == 0)
      for (std::size_t i = 0; i < model.parameters().size(); ++i) {
        INFO("gradient of " << model.parameters()[i].name << " (" << i << ")");
        CHECK(error_of(doubles(model.parameters()[i].variable.grad()),
                       expected.at("first_gradients")[i]) < tolerance);
      }
    adam.step(rate);
  }
  for (std::size_t i = 0; i < model.parameters().size(); ++i) {
    INFO("after ten steps: " << model.parameters()[i].name << " (" << i << ")");
    CHECK(error_of(doubles(model.parameters()[i].variable.value()), expected.at("weights")[i]) <
          tolerance);
  }
}

json golden_numbers(const char* model) {
  return json::parse(std::ifstream(golden("recurrent_classifiers.json"))).at(model);
}

std::int64_t count_parameters(Model model) {
  model.build(member_streams(0, 1), Device::cpu);
  std::int64_t count = 0;
  for (const auto& parameter : model.parameters()) count += parameter.variable.value().size();
  return count;
}

}  // namespace

TEST_CASE("Ten training steps of the LSTM classifier are those of PyTorch and Keras") {
  const json expected = golden_numbers("lstm");
  expect_golden(lstm_classifier(features, 2), expected.at("torch"), DType::float64,
                Device::reference, 1e-8);
  expect_golden(lstm_classifier(features, 2), expected.at("keras"), DType::float64,
                Device::reference, 1e-5);
  expect_golden(lstm_classifier(features, 2), expected.at("torch"), DType::float32, Device::cpu,
                1e-4);
}

TEST_CASE("Ten training steps of the RNN classifier are those of PyTorch and Keras") {
  const json expected = golden_numbers("rnn");
  expect_golden(rnn_classifier(features, 2), expected.at("torch"), DType::float64,
                Device::reference, 1e-8);
  expect_golden(rnn_classifier(features, 2), expected.at("keras"), DType::float64,
                Device::reference, 1e-5);
  expect_golden(rnn_classifier(features, 2), expected.at("torch"), DType::float32, Device::cpu,
                1e-4);
}

TEST_CASE("The recurrent classifiers have the published numbers of parameters") {
  CHECK(count_parameters(lstm_classifier(features, 2)) == 80374);
  CHECK(count_parameters(rnn_classifier(features, 2)) == 4426);
  CHECK(golden_numbers("lstm").at("parameters") == 80374);
  CHECK(golden_numbers("rnn").at("parameters") == 4426);
}
