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

// The models of tests/golden/keras_zoo.py, and what Keras says of each.
using namespace tutti;
using namespace tutti::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// Calls check(path, answer) for every model: of the golden part, or of $TUTTI_ZOO.
template <class Check>
void each_zoo_model(Check check) {
  const char* other = std::getenv("TUTTI_ZOO");
  const fs::path zoo = other ? fs::path(other) : golden("keras_zoo");
  for (const std::string version : {"keras2", "keras3"}) {
    const json answers = json::parse(std::ifstream(zoo / (version + ".json"))).at("models");
    REQUIRE(answers.size() >= 36);
    for (const auto& [name, answer] : answers.items()) {
      INFO(version << '/' << name << ' ' << answer.at("layers"));
      check(zoo / version / name, answer);
    }
  }
}

Model zoo_model(const KerasModel& file) { return load_member("model", file, Device::cpu); }

std::vector<float> zoo_outputs(const Model& model, const json& answer) {
  Shape shape{1};
  for (const auto& length : answer.at("input")) shape.push_back(length);
  const auto values = uniform(shape.elements(), 1, 1.0);
  const Tensor x = Tensor::from(shape, std::vector<float>(values.begin(), values.end()));
  return model.outputs(Variable(x), Context{}).value().to_vector<float>();
}

void require_near(const std::vector<float>& values, const json& expected, double tolerance) {
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i);
    REQUIRE(values[i] == Approx(expected[i].get<double>()).epsilon(tolerance).margin(1e-6));
  }
}

/// Trains five steps on the script's batches from the file's optimizer on; returns its state.
KerasOptimizer train(Model& model, KerasOptimizer optimizer) {
  constexpr int first = 2, steps = 5, batch = 3;
  std::vector<float> x;
  std::vector<std::int32_t> labels;
  for (int step = first; step < first + steps; ++step) {
    const auto values = uniform(batch * model.input_shape().elements(), 1000u + step, 1.0);
    x.insert(x.end(), values.begin(), values.end());
    for (int i = 0; i < batch; ++i)
      labels.push_back((i + step) % static_cast<std::int32_t>(model.classes()));
  }
  Shape shape = model.input_shape();
  shape.insert(shape.begin(), steps * batch);
  Trainer trainer(model, member_streams(0, 1), Tensor::from(shape, x), labels,
                  {.optimizer = optimizer.options});
  trainer.set_optimizer_state(0, optimizer.state);
  std::vector<std::int32_t> rows(batch);
  for (int step = 0; step < steps; ++step) {
    std::iota(rows.begin(), rows.end(), step * batch);
    REQUIRE(trainer.step(rows, optimizer.learning_rate).finite);
  }
  optimizer.state = trainer.optimizer_state(0);
  return optimizer;
}

}  // namespace

TEST_CASE("The models of the zoo say what Keras says") {
  each_zoo_model([](const fs::path& path, const json& answer) {
    require_near(zoo_outputs(zoo_model(read_keras_file(path)), answer), answer.at("values"), 1e-5);
  });
}

TEST_CASE("The models of the zoo keep every bit of their outputs through a file of ours") {
  const TemporaryFolder folder;
  each_zoo_model([&](const fs::path& path, const json& answer) {
    const Model model = zoo_model(read_keras_file(path));
    for (const char* name : {"again.h5", "again.keras"}) {
      write_keras_file(folder / name, to_keras(model, 0, {1e-3}));
      CHECK(zoo_outputs(zoo_model(read_keras_file(folder / name)), answer) ==
            zoo_outputs(model, answer));
    }
  });
}

TEST_CASE("Training of the models of the zoo goes on as in Keras, and from a file of ours too") {
  const TemporaryFolder folder;
  int trained = 0;
  each_zoo_model([&](const fs::path& path, const json& answer) {
    if (!answer.contains("trained")) return;
    const KerasModel file = read_keras_file(path);
    Model model = zoo_model(file);
    const KerasOptimizer optimizer = optimizer_of(file, model);
    INFO(answer.at("optimizer"));
    CHECK(optimizer.state.steps == 2);
    write_keras_file(folder / "again.h5", to_keras(model, 0, optimizer));
    train(model, optimizer);
    require_near(zoo_outputs(model, answer), answer.at("trained"), 1e-4);

    const KerasModel copy = read_keras_file(folder / "again.h5");
    Model again = zoo_model(copy);
    train(again, optimizer_of(copy, again));
    require_near(zoo_outputs(again, answer), answer.at("trained"), 1e-4);
    ++trained;
  });
  CHECK(trained >= 30);
}

TEST_CASE("Writes the zoo again, for golden/check_keras_zoo.py", "[.]") {
  const char* folder = std::getenv("TUTTI_ROUND_TRIP");
  if (!folder) FAIL("TUTTI_ROUND_TRIP must name a folder");
  each_zoo_model([&](const fs::path& path, const json& answer) {
    const KerasModel file = read_keras_file(path);
    const Model model = zoo_model(file);
    KerasOptimizer optimizer{1e-3};
    if (answer.contains("trained")) optimizer = optimizer_of(file, model);
    const fs::path to = folder / path.parent_path().filename();
    fs::create_directories(to);
    for (const char* suffix : {".h5", ".keras"})
      write_keras_file((to / path.stem()).string() + suffix, to_keras(model, 0, optimizer));
  });
}
