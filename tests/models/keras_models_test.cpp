#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "models/keras_layers.h"
#include "tests/support/files.h"
#include "tests/support/values.h"

using namespace tutti;
using namespace tutti::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

Sequential loaded(const KerasModel& file, Device device = Device::cpu) {
  return load_member("model.h5", file, device);
}

/// The model's outputs for the inputs of tests/golden/keras_models.py.
Tensor outputs(const Sequential& model, const json& golden_answer) {
  Shape shape;
  for (const auto& length : golden_answer.at("input")) shape.push_back(length);
  const Tensor x = Tensor::from(shape, uniform(shape.elements(), 1, 1.0));
  std::vector<std::int32_t> rows;
  for (std::int64_t i = 0; i < shape[0]; ++i) rows.push_back(static_cast<std::int32_t>(i));
  const Batch batch{x.to(model.device()), Tensor::from({1, shape[0]}, rows, model.device())};
  return model.outputs(batch, Pass{}).value();
}

void require_keras_answers(const Sequential& model, const json& golden_answer) {
  const Tensor y = outputs(model, golden_answer);
  Shape shape{1};
  for (const auto& length : golden_answer.at("output")) shape.push_back(length);
  REQUIRE(y.shape() == shape);
  const auto values = y.to_vector<float>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i);
    REQUIRE(values[i] ==
            Approx(golden_answer["values"][i].get<double>()).epsilon(1e-5).margin(1e-6));
  }
}

json golden_answers() { return json::parse(std::ifstream(golden("keras_models.json"))); }

}  // namespace

TEST_CASE("Models of every layer say what Keras says") {
  const json answers = golden_answers().at("here");
  REQUIRE(answers.size() == 6);
  for (const auto& [name, answer] : answers.items()) {
    INFO(name);
    require_keras_answers(loaded(read_keras_file(golden("keras_models") / name)), answer);
  }
}

TEST_CASE("Models made elsewhere say what Keras says") {
  const auto folder = real_data("keras-models");
  if (!folder) return;
  const json answers = golden_answers().at("elsewhere");
  REQUIRE(answers.size() == 4);
  for (const auto& [name, answer] : answers.items()) {
    INFO(name);
    require_keras_answers(loaded(read_keras_file(*folder / name)), answer);
  }
}

TEST_CASE("A Keras model keeps every weight and answer through a file of ours") {
  const TemporaryFolder folder;
  const json answers = golden_answers().at("here");
  REQUIRE(answers.size() == 6);
  for (const auto& [name, answer] : answers.items()) {
    INFO(name);
    const KerasModel file = read_keras_file(golden("keras_models") / name);
    const Sequential model = loaded(file);
    write_keras_file(folder / name, to_keras(model, 0, 1e-3));
    const KerasModel again = read_keras_file(folder / name);
    std::vector<std::vector<float>> before, after;
    for (const auto& layer : file.layers)
      for (const auto& weight : layer.weights) before.push_back(weight.values);
    for (const auto& layer : again.layers)
      for (const auto& weight : layer.weights) after.push_back(weight.values);
    CHECK(before == after);
    require_keras_answers(loaded(again), answer);
  }
}

TEST_CASE("Models of every layer say the same on the GPU's kernels") {
  const json answers = golden_answers().at("here");
  REQUIRE(answers.size() == 6);
  for (const auto& [name, answer] : answers.items()) {
    INFO(name);
    require_keras_answers(loaded(read_keras_file(golden("keras_models") / name), Device::simt),
                          answer);
  }
}
