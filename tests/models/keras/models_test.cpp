#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "engine/members.h"
#include "engine/training/trainer.h"
#include "models/keras/layers.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/values.h"

using namespace tutti;
using namespace tutti::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

Model loaded(const KerasModel& file, Device device = Device::cpu) {
  return load_member("model.h5", file, device);
}

/// The model's outputs for the inputs of tests/golden/keras_models.py.
Tensor golden_outputs(const Model& model, const json& golden_answer) {
  Shape shape;
  for (const auto& length : golden_answer.at("input")) shape.push_back(length);
  const Tensor x = Tensor::from(shape, uniform(shape.elements(), 1, 1.0));
  std::vector<std::int32_t> rows;
  for (std::int64_t i = 0; i < shape[0]; ++i) rows.push_back(static_cast<std::int32_t>(i));
  const Batch batch{x.to(model.device()), Tensor::from({1, shape[0]}, rows, model.device())};
  return model.outputs(batch, Context{}).value();
}

void require_keras_answers(const Model& model, const json& golden_answer) {
  const Tensor y = golden_outputs(model, golden_answer);
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

json golden_answers(const std::string& version, const std::string& set = "keras_models") {
  return json::parse(std::ifstream(golden(set) / (version + ".json")));
}

/// Calls check(path, answer) for the golden models of Keras 2.15, with older dialects, and of 3.
template <class Check>
void each_model(const char* kind, Check check, const std::string& set = "keras_models") {
  for (const std::string version : {"keras2", "keras3"}) {
    const json answers = golden_answers(version, set).at(kind);
    REQUIRE(answers.size() >= 3);
    for (const auto& [name, answer] : answers.items()) {
      INFO(version << '/' << name);
      check(golden(set) / version / name, answer);
    }
  }
}

std::vector<float> file_weights(const KerasModel& file) {
  std::vector<float> all;
  for (const auto& layer : file.layers)
    for (const auto& weight : layer.weights)
      all.insert(all.end(), weight.values.begin(), weight.values.end());
  return all;
}

}  // namespace

TEST_CASE("Models of every layer say what Keras says") {
  each_model("models", [](const fs::path& path, const json& answer) {
    require_keras_answers(loaded(read_keras_file(path)), answer);
  });
}

TEST_CASE("Models made elsewhere say what Keras says") {
  const auto folder = real_data("keras-models");
  if (!folder) return;
  const json answers = golden_answers("keras3").at("elsewhere");
  REQUIRE(answers.size() == 4);
  for (const auto& [name, answer] : answers.items()) {
    INFO(name);
    require_keras_answers(loaded(read_keras_file(*folder / name)), answer);
  }
}

TEST_CASE("A Keras model keeps every weight and answer through a file of ours") {
  const TemporaryFolder folder;
  each_model("models", [&](const fs::path& path, const json& answer) {
    const KerasModel file = read_keras_file(path);
    write_keras_file(folder / "again.h5", to_keras(loaded(file), 0, {1e-3}));
    const KerasModel again = read_keras_file(folder / "again.h5");
    CHECK(file_weights(file) == file_weights(again));
    require_keras_answers(loaded(again), answer);
  });
}

TEST_CASE("Writes every model again, for golden/check_keras_round_trip.py", "[.]") {
  const char* folder = std::getenv("TUTTI_ROUND_TRIP");
  if (!folder) FAIL("TUTTI_ROUND_TRIP must name a folder");
  const auto write = [&](const fs::path& path, const json&) {
    const KerasModel file = read_keras_file(path);
    const fs::path to = folder / path.parent_path().filename() / path.stem();
    fs::create_directories(to.parent_path());
    write_keras_file(
        to.string() + ".h5",
        to_keras(loaded(file), 0, known_adam(file, loaded(file)).value_or(KerasOptimizer{1e-3})));
  };
  each_model("models", write);
  each_model("trained", write);
  each_model("models", write, "keras_graphs");
}

TEST_CASE("Training goes on from a Keras file as in Keras") {
  each_model("trained", [](const fs::path& path, const json& answer) {
    const KerasModel file = read_keras_file(path);
    Model model = loaded(file);
    const KerasOptimizer adam = optimizer_of(file);
    CHECK(adam.state.steps == 3);
    CHECK(adam.learning_rate == Approx(0.01));

    const int first = answer.at("first"), steps = answer.at("steps"), batch = answer.at("batch");
    std::vector<float> x;  // batch after batch
    std::vector<std::int32_t> labels;
    for (int step = first; step < first + steps; ++step) {
      const auto values = uniform(batch * model.input_shape().elements(), 1000u + step, 1.0);
      x.insert(x.end(), values.begin(), values.end());
      for (int i = 0; i < batch; ++i)
        labels.push_back((i + step) % static_cast<std::int32_t>(model.classes()));
    }
    Shape shape = model.input_shape();
    shape.insert(shape.begin(), steps * batch);
    Trainer trainer(model, member_streams(0, 1), Tensor::from(shape, x), labels);
    trainer.set_optimizer_state(0, adam.state);
    std::vector<std::int32_t> rows(static_cast<std::size_t>(batch));
    for (int step = 0; step < steps; ++step) {
      std::iota(rows.begin(), rows.end(), step * batch);
      REQUIRE(trainer.step(rows, adam.learning_rate).finite);
    }
    const KerasOptimizer after{adam.learning_rate, trainer.optimizer_state(0)};
    const auto weights = file_weights(to_keras(model, 0, after));
    REQUIRE(weights.size() == answer.at("weights").size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      CAPTURE(i);
      CHECK(weights[i] == Approx(answer["weights"][i].get<double>()).epsilon(1e-4).margin(1e-5));
    }
  });
}

TEST_CASE("An optimizer's state is left in the file, if nobody asks for it") {
  each_model("trained", [](const fs::path& path, const json&) {
    const KerasModel all = read_keras_file(path);
    const KerasModel file = read_keras_file(path, ReadOptimizer::no);
    CHECK(!all.optimizer_weights.empty());
    CHECK(file.optimizer_weights.empty());
    CHECK(file.training_config == all.training_config);
    CHECK(file_weights(file) == file_weights(all));
  });
}

TEST_CASE("Adam's state comes back from a file of ours, bit for bit") {
  const TemporaryFolder folder;
  each_model("trained", [&](const fs::path& path, const json&) {
    const KerasModel file = read_keras_file(path);
    const KerasOptimizer adam = optimizer_of(file);
    write_keras_file(folder / "again.h5", to_keras(loaded(file), 0, adam));
    const KerasOptimizer again = optimizer_of(read_keras_file(folder / "again.h5"));
    CHECK(again.learning_rate == Approx(adam.learning_rate));
    CHECK(again.state.steps == adam.state.steps);
    CHECK(again.state.slots.at("m") == adam.state.slots.at("m"));
    CHECK(again.state.slots.at("v") == adam.state.slots.at("v"));
  });
}

TEST_CASE("Models of every layer say the same on the GPU's kernels") {
  each_model("models", [](const fs::path& path, const json& answer) {
    require_keras_answers(loaded(read_keras_file(path), Device::simt), answer);
  });
}
