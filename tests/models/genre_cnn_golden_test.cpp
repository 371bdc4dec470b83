#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/members.h"
#include "engine/optimizers/adam.h"
#include "engine/training/prediction.h"
#include "models/genre_cnn.h"
#include "models/keras/axes.h"
#include "models/keras/layers.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/values.h"

using namespace tutti;
using namespace tutti::test;
using nlohmann::json;

namespace {

constexpr std::int64_t pictures = 12, rows_a_step = 4;

/// The pictures of tests/golden/genre_cnn.py, time first.
Tensor golden_pictures(std::uint32_t salt) {
  Tensor x =
      Tensor::empty({pictures, picture_times, picture_frequencies, 1}, DType::uint8, Device::cpu);
  auto* pixels = x.data<std::uint8_t>();
  for (std::int64_t p = 0; p < pictures; ++p)
    for (std::int64_t f = 0; f < picture_frequencies; ++f)
      for (std::int64_t t = 0; t < picture_times; ++t)
        pixels[(p * picture_times + t) * picture_frequencies + f] = static_cast<std::uint8_t>(
            hash(static_cast<std::uint32_t>((p * picture_frequencies + f) * picture_times + t),
                 salt) >>
            24);
  return x;
}

std::vector<float> glorot(std::int64_t size, double fan_in, double fan_out, std::uint32_t salt) {
  return uniform(size, salt, std::sqrt(6 / (fan_in + fan_out)));
}

/// The model with the golden weights, set the way a Keras file's are.
Model golden_model() {
  Model model = genre_cnn({picture_times, picture_frequencies, 1}, 10, {1.0 / 255, 0});
  model.build(member_streams(0, 1), Device::cpu);
  KerasModel file;
  file.layers.push_back(
      {"Conv2D",
       "conv2d",
       {},
       {{"kernel", {127, 15, 1, 100}, glorot(127 * 15 * 100, 127 * 15, 127 * 15 * 100, 1)},
        {"bias", {100}, std::vector<float>(100)}}});
  file.layers.push_back({"Dense",
                         "dense",
                         {},
                         {{"kernel", {28900, 128}, glorot(28900 * 128, 28900, 128, 2)},
                          {"bias", {128}, std::vector<float>(128)}}});
  file.layers.push_back({"Dense",
                         "dense_1",
                         {},
                         {{"kernel", {128, 10}, glorot(128 * 10, 128, 10, 3)},
                          {"bias", {10}, std::vector<float>(10)}}});
  set_weights(model, 0, with_axes_exchanged(file));
  return model;
}

/// Loss before the step, which is taken.
double step(const Model& model, Adam& adam, const Tensor& x, std::int64_t number) {
  std::vector<std::int32_t> rows, labels;
  for (std::int64_t i = 0; i < rows_a_step; ++i) {
    rows.push_back(static_cast<std::int32_t>((rows_a_step * number + i) % pictures));
    labels.push_back(rows.back() % 10);
  }
  const Variable logits =
      model.logits({x, Tensor::from({1, rows_a_step}, rows)}, Context{});  // no dropout
  const auto [cross_entropy, probabilities] =
      softmax_cross_entropy(logits, Tensor::from({1, rows_a_step}, labels));
  const Variable loss = add(cross_entropy, model.penalty());
  backward(loss);
  adam.step(1e-4);
  return loss.value().to_vector<float>()[0];
}

/// Differences of samples against the golden ones, relative to the largest of these.
double sample_error(const std::vector<float>& values, const json& indices, const json& samples) {
  double error = 0, largest = 0;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    error =
        std::max(error, std::abs(values[indices[i].get<std::size_t>()] - samples[i].get<double>()));
    largest = std::max(largest, std::abs(samples[i].get<double>()));
  }
  return error / largest;
}

}  // namespace

TEST_CASE("Ten training steps of GenreCnn are those of PyTorch") {
  const json document = json::parse(std::ifstream(golden("genre_cnn.json")));
  const json& expected = document.at("float32");
  const Tensor x = golden_pictures(document.at("pixel_salt"));
  const Model model = golden_model();
  const KerasModel start = with_axes_exchanged(to_keras(model, 0, {1e-4}));
  Adam adam(model.parameters());

  for (std::int64_t number = 0; number < 10; ++number) {
    CAPTURE(number);
    CHECK(step(model, adam, x, number) ==
          Approx(expected.at("losses")[static_cast<std::size_t>(number)].get<double>())
              .epsilon(1e-4));
  }

  const KerasModel end = with_axes_exchanged(to_keras(model, 0, {1e-4}));
  for (std::size_t l = 0; l < end.layers.size(); ++l)
    for (std::size_t w = 0; w < end.layers[l].weights.size(); ++w) {
      const auto& weight = end.layers[l].weights[w];
      const json& golden_weight =
          expected.at("parameters").at(end.layers[l].name + "/" + weight.name);
      INFO(end.layers[l].name << "/" << weight.name);
      std::vector<float> update = weight.values;
      for (std::size_t i = 0; i < update.size(); ++i)
        update[i] -= start.layers[l].weights[w].values[i];
      CHECK(norm(weight.values) ==
            Approx(golden_weight["weights"]["norm"].get<double>()).epsilon(1e-4));
      CHECK(norm(update) == Approx(golden_weight["update"]["norm"].get<double>()).epsilon(1e-4));
      CHECK(sample_error(weight.values, golden_weight["indices"],
                         golden_weight["weights"]["samples"]) < 1e-4);
      // An update is a small difference of weights, so their rounding weighs more in it.
      CHECK(sample_error(update, golden_weight["indices"], golden_weight["update"]["samples"]) <
            1e-3);
    }

  std::vector<std::int32_t> all(pictures);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int32_t>(i);
  const auto probabilities = predict_probabilities(model, x, all).to_vector<float>();
  for (std::size_t i = 0; i < probabilities.size(); ++i)
    CHECK(probabilities[i] ==
          Approx(expected["probabilities"][i].get<double>()).epsilon(1e-4).margin(1e-6));
}

TEST_CASE("GenreCnn has the published number of parameters") {
  Model model = genre_cnn({picture_times, picture_frequencies, 1}, 10);
  model.build(member_streams(0, 1), Device::cpu);
  std::int64_t parameters = 0;
  for (const auto& parameter : model.parameters()) parameters += parameter.variable.value().size();
  CHECK(parameters == 127 * 15 * 100 + 100 + 28900 * 128 + 128 + 128 * 10 + 10);
}
