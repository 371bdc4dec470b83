#include <fstream>
#include <nlohmann/json.hpp>

#include "kernels/support/files.h"
#include "models/keras/layers.h"
#include "models/keras/layers/table.h"
#include "models/keras/save.h"
#include "tests/models/keras/outputs.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/values.h"

using namespace tutti;
using namespace tutti::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

Shape shape_of(const json& lengths) { return lengths.get<Shape>(); }

KerasModel read_as(const fs::path& folder, const json& answer) {
  const fs::path file = folder / answer.at("file").get<std::string>();
  KerasModel model =
      answer.contains("architecture")
          ? read_keras_weights(file, folder / answer["architecture"].get<std::string>())
          : read_keras_file(file);
  Shape input = shape_of(answer.at("input"));
  input.erase(input.begin());
  set_open_lengths(model, input);
  return model;
}

/// Calls check("keras2/name", model read, answer) for the files of tests/golden/keras_dialects.py.
template <class Check>
void each_dialect(Check check) {
  for (const std::string version : {"keras2", "keras3"}) {
    const fs::path folder = golden("keras_dialects");
    const json answers = json::parse(std::ifstream(folder / (version + ".json"))).at("models");
    REQUIRE(answers.size() >= 6);
    for (const auto& [name, answer] : answers.items()) {
      INFO(version << '/' << name);
      check(fs::path(version) / fs::path(name).stem(), read_as(folder / version, answer), answer);
    }
  }
}

std::string problem_of(const json& layer, const std::string& version = "2.15.0") {
  KerasModel file;
  file.keras_version = version;
  try {
    keras::read_layer({layer.at("class_name"), "name", layer.at("config"), {}}, file);
  } catch (const Error& problem) {
    return problem.what();
  }
  return "none";
}

json layer_json(const char* class_name, json config) {
  return {{"class_name", class_name}, {"config", std::move(config)}};
}

}  // namespace

TEST_CASE("Files of other dialects say what Keras says") {
  each_dialect([](const fs::path&, const KerasModel& file, const json& answer) {
    const auto values = outputs(load_member("model", file, Device::cpu));
    REQUIRE(values.size() == answer.at("values").size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      CAPTURE(i);
      REQUIRE(values[i] == Approx(answer["values"][i].get<double>()).epsilon(1e-5).margin(1e-6));
    }
  });
}

TEST_CASE("Files of other dialects keep every bit of their outputs through files of ours") {
  const TemporaryFolder folder;
  each_dialect([&](const fs::path&, const KerasModel& file, const json&) {
    const Model model = load_member("model", file, Device::cpu);
    for (const char* name : {"again.h5", "again.keras"}) {
      save(model, folder / name);
      CHECK(outputs(load_model(folder / name)) == outputs(model));
    }
  });
}

TEST_CASE("Writes the dialects again, for golden/check_keras_round_trip.py", "[.]") {
  const char* folder = std::getenv("TUTTI_ROUND_TRIP");
  if (!folder) FAIL("TUTTI_ROUND_TRIP must name a folder");
  each_dialect([&](const fs::path& to, const KerasModel& file, const json&) {
    const fs::path path = folder / to;
    fs::create_directories(path.parent_path());
    const Model model = load_member("model", file, Device::cpu);
    for (const char* suffix : {".h5", ".keras"}) save(model, path.string() + suffix);
  });
}

TEST_CASE("A length left open is taken from data that fits, and is an Error without") {
  const fs::path path = golden("keras_dialects") / "keras3" / "any_length.h5";
  CHECK_THROWS_WITH(load_model(path), Contains("any_length.h5: its input shape [-1, 3] leaves a "
                                               "length open (-1); it is taken from data"));
  CHECK(load_model(path, Device::cpu, {20, 3}).input_shape() == Shape{20, 3});
  CHECK_THROWS_WITH(load_model(path, Device::cpu, {20, 4}),
                    Contains("it takes inputs of [-1, 3] (-1: any length), not [20, 4]"));
  CHECK_THROWS_WITH(load_model(path, Device::cpu, {20}), Contains("not [20]"));
}

TEST_CASE("Weights alone need a description that fits, and say so") {
  const fs::path folder = golden("keras_dialects") / "keras2";
  CHECK_THROWS_WITH(read_keras_file(folder / "weights_alone.h5"), Contains("--architecture"));
  CHECK_THROWS_WITH(read_keras_weights(folder / "weights_alone.h5", folder / "none.json"),
                    Contains("the architecture") && Contains("none.json"));
  CHECK_THROWS_WITH(read_keras_weights(folder / "weights_alone.h5", folder / "second_layer.h5"),
                    Contains("second_layer.h5: it is not JSON"));
  const TemporaryFolder other;
  std::ofstream(other / "a.json") << R"({"class_name": "Sequential", "config": [{"class_name":
    "ReLU", "config": {"name": "relu", "batch_input_shape": [null, 6]}}]})";
  CHECK_THROWS_WITH(read_keras_weights(folder / "weights_alone.h5", other / "a.json"),
                    Contains("layer_names lacks the layer relu"));
}

TEST_CASE("What is not supported of a layer is named with its option") {
  const json lstm = layer_json("LSTM", {{"units", 2}}), dense = layer_json("Dense", {{"units", 2}});
  const std::vector<std::pair<json, std::string>> cases = {
      {layer_json("Dense", {{"units", 2}, {"activation", "mish"}}),
       "activation 'mish' is not supported"},
      {layer_json("LSTM", {{"units", 2}, {"activation", "gelu"}}),
       "activation 'gelu' is not supported in a recurrent layer"},
      {layer_json("LSTM", {{"units", 2}, {"stateful", true}}), "stateful is not supported"},
      {layer_json("ReLU", {{"max_value", 6.0}}), "max_value is not supported"},
      {layer_json("Softmax", {{"axis", 1}}), "axis 1 is not supported"},
      {layer_json("Dropout", {{"rate", 0.5}, {"noise_shape", {1, 2}}}),
       "noise_shape is not supported"},
      {layer_json("LayerNormalization", {{"rms_scaling", true}}), "rms_scaling is not supported"},
      {layer_json("BatchNormalization", {{"axis", {1, 2}}}), "axis is [1,2], not one axis"},
      {layer_json("Normalization", {{"mean", 1.0}}), "it is given one of mean and variance"},
      {layer_json("Rescaling", {{"scale", {1, 2}}}), "scale is a list; one number is supported"},
      {layer_json("Bidirectional", {{"layer", lstm}, {"merge_mode", nullptr}}),
       "merge_mode null is not supported"},
      {layer_json("Bidirectional", {{"layer", dense}}), "only recurrent layers are supported"},
      {layer_json("Bidirectional", {{"layer", lstm}, {"backward_layer", lstm}}),
       "a layer that goes forward and one that goes backward"},
      {layer_json("TimeDistributed", {{"layer", layer_json("Lambda", json::object())}}),
       "of Lambda: not supported; "},
      {layer_json("Conv2D", {{"filters", 1}, {"kernel_size", 1}, {"data_format", "odd"}}),
       "data_format is 'odd'"}};
  for (const auto& [described, problem] : cases) {
    CAPTURE(described);
    CHECK_THAT(problem_of(described), Contains(problem));
  }
}
