#include <cstdlib>
#include <fstream>

#include "engine/layers/conv2d.h"
#include "engine/layers/dense.h"
#include "engine/layers/flatten.h"
#include "engine/layers/normalization/batch_normalization.h"
#include "models/keras/layers.h"
#include "models/keras/parts.h"
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

template <class Check>
void each_graph(Check check) {
  for (const std::string version : {"keras2", "keras3"}) {
    const json answers =
        json::parse(std::ifstream(golden("keras_graphs") / (version + ".json"))).at("models");
    REQUIRE(answers.size() == 8);
    for (const auto& [name, answer] : answers.items()) {
      INFO(version << '/' << name);
      check(golden("keras_graphs") / version / name, answer);
    }
  }
}

/// A layer of a configuration: its calls are lists of names, each of which may say which call.
json described(const char* class_name, const std::string& name, const json& calls,
               json config = json::object()) {
  json inbound = json::array();
  for (const auto& call : calls) {
    json sources = json::array();
    for (const auto& source : call) sources.push_back(json::array({source, 0, 0, json::object()}));
    inbound.push_back(sources);
  }
  config["name"] = name;
  return {
      {"class_name", class_name}, {"name", name}, {"config", config}, {"inbound_nodes", inbound}};
}

json functional(const json& layers, const json& outputs, const json& inputs = {"in"}) {
  json ends = json::array(), starts = json::array();
  for (const auto& name : outputs) ends.push_back(json::array({name, 0, 0}));
  for (const auto& name : inputs) starts.push_back(json::array({name, 0, 0}));
  return {
      {"class_name", "Functional"},
      {"config",
       {{"name", "model"}, {"layers", layers}, {"input_layers", starts}, {"output_layers", ends}}}};
}

const json in = described("InputLayer", "in", json::array(), {{"batch_input_shape", {nullptr, 3}}});

json relu(const std::string& name, const json& calls) { return described("ReLU", name, calls); }

}  // namespace

TEST_CASE("Graphs of layers say what Keras says") {
  each_graph([](const fs::path& path, const json& answer) {
    const auto values = outputs(load_model(path));
    REQUIRE(values.size() == answer.at("values").size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      CAPTURE(i);
      REQUIRE(values[i] == Approx(answer["values"][i].get<double>()).epsilon(1e-5).margin(1e-6));
    }
  });
}

TEST_CASE("A graph keeps every bit of its outputs through a file of ours") {
  const TemporaryFolder folder;
  each_graph([&](const fs::path& path, const json&) {
    const Model model = load_model(path);
    save(model, folder / "again.h5");
    const Model again = load_model(folder / "again.h5");
    CHECK(again.nodes().size() == model.nodes().size());
    CHECK(outputs(again) == outputs(model));
  });
}

TEST_CASE("Members of a model with nested models and shared layers are saved one file each") {
  Model model(Shape{6, 4, 1});
  const auto first = model.add(
      Conv2D({.filters = 3, .kernel_height = 3, .kernel_width = 3, .padding = Padding::same}), {0});
  const auto block = model.add(
      Residual(Conv2D({.filters = 3, .kernel_height = 1, .kernel_width = 1}), BatchNormalization()),
      {first});
  const auto twice = model.share(block, {block});
  const auto flat = model.add(Flatten(), {model.add(Concatenate(), {twice, first})});
  const auto narrow = model.add(Dense({.units = 4}), {flat});
  const auto wide = model.add(Dense({.units = 4}), {model.add(Dense({.units = 7}), {flat})});
  model.add(Dense({.units = 5, .activation = Activation::softmax}),
            {model.add(Add(), {narrow, wide})});
  model.build({6, 4, 1}, {.members = 2});

  const TemporaryFolder folder;
  save(model, folder / "net.h5");
  CHECK(!fs::exists(folder / "net.h5"));
  const auto all = outputs(model);
  for (const std::int64_t m : {0, 1}) {
    const auto one = outputs(load_model(folder / ("net_" + std::to_string(m) + ".h5")));
    const auto from = all.begin() + m * static_cast<std::ptrdiff_t>(one.size());
    CHECK(one == std::vector<float>(from, from + static_cast<std::ptrdiff_t>(one.size())));
  }
  save(model, folder / "second.h5", 1);
  CHECK(outputs(load_model(folder / "second.h5")) == outputs(load_model(folder / "net_1.h5")));
  CHECK_THROWS_WITH(save(model, folder / "net.txt"),
                    Contains("net.txt: a model is saved as .h5 or .keras"));
  CHECK_THROWS_WITH(save(model, folder / "net.h5", 2),
                    Contains("net.h5: a model of 2 members has no member 2"));
}

TEST_CASE("A malformed graph is an Error that names the layer") {
  const auto problem_of = [](const json& description) -> std::string {
    try {
      keras::described_by(description);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  CHECK(problem_of(functional({in, relu("a", {{"in"}})}, {"a"})) == "none");
  const std::vector<std::pair<json, std::string>> cases = {
      {functional({in, relu("a", {{"gone"}})}, {"a"}),
       "layer 'a' takes the output of 'gone', which is not there"},
      {functional({in, relu("a", {{"in"}})}, {"b"}), "the model takes the output of 'b'"},
      {functional({in, relu("a", {{"in"}}), relu("a", {{"a"}})}, {"a"}),
       "two layers are named 'a'"},
      {functional({in, relu("a", {{"in"}}), relu("b", {{"in"}})}, {"a", "b"}), "it has 2 outputs"},
      {functional({in, relu("a", {{"in"}}), relu("b", {{"in"}})}, {"a"}),
       "no layer takes the output of 'b'"},
      {functional({in, relu("a", json::array())}, {"a"}), "layer 'a' takes no layer's output"},
      {functional(
           {in, described("Add", "a", json::array({json::array({"in", "b"})})), relu("b", {{"a"}}),
            described("Add", "c", json::array({json::array({"a", "b"})}))},
           {"c"}),
       "in a circle"},
      {functional({in, described("InputLayer", "in2", json::array()),
                   described("Add", "a", json::array({json::array({"in", "in2"})}))},
                  {"a"}, {"in", "in2"}),
       "it has 2 inputs"},
      {functional({in, relu("a", json::array({json::array({"in"})}))}, {"a"}, {"in", "in"}),
       "input_layers does not name each of its 1 inputs once"}};
  for (const auto& [description, problem] : cases) {
    CAPTURE(problem);
    CHECK_THAT(problem_of(description), Contains(problem));
  }
  const json one =
      functional({in, described("Add", "a", json::array({json::array({"in"})}))}, {"a"});
  CHECK_THROWS_WITH(from_keras(keras::described_by(one).model, {4}),
                    Contains("layer 2 (Add 'a'): takes 1 output of a layer; two or more"));
}

TEST_CASE("Models within models that double at each level are an Error, not an endless one") {
  json model = functional({in, relu("a", {{"in"}})}, {"a"});
  for (int level = 0; level < 20; ++level) {
    json layer = described("Functional", "m", {{"in"}, {"m"}});
    layer["config"] = model["config"];
    model = functional({in, layer}, {"m"});
    model["config"]["output_layers"] = {{"m", 1, 0}};
  }
  CHECK_THROWS_WITH(keras::described_by(model), Contains("more than 10000"));
}
