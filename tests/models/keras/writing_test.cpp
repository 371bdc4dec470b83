#include <nlohmann/json.hpp>

#include "engine/layers/dense.h"
#include "engine/layers/noise/spatial_dropout.h"
#include "engine/layers/normalization/batch_normalization.h"
#include "engine/layers/normalization/layer_normalization.h"
#include "engine/layers/normalization/normalization.h"
#include "engine/layers/recurrent.h"
#include "engine/layers/wrappers/bidirectional.h"
#include "engine/layers/wrappers/time_distributed.h"
#include "kernels/support/files.h"
#include "models/keras/hdf5/h5_optimizer.h"
#include "models/keras/layers.h"
#include "models/keras/layers/table.h"
#include "models/keras/parts.h"
#include "tests/models/keras/outputs.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"
#include "tests/support/values.h"

using namespace tutti;
using namespace tutti::test;
using nlohmann::json;

namespace {

/// Gives every parameter values of its own.
void randomize(const Model& model) {
  std::uint32_t salt = 0;
  for (const auto& parameter : model.parameters()) {
    Tensor to = parameter.variable.value();
    auto values = uniform(to.size(), ++salt, 1.0);
    for (float& value : values) value = std::abs(value) + 0.1f;  // variances too
    to.copy_from(values.data(), to.size());
  }
}

}  // namespace

TEST_CASE("An archive of ours holds the optimizer's state, and equal models make equal archives") {
  Model model(Shape{4, 2});
  model.add(
      Bidirectional(std::make_unique<LSTM>(RecurrentOptions{.units = 3, .return_sequences = true}),
                    std::make_unique<GRU>(RecurrentOptions{
                        .units = 2, .return_sequences = true, .go_backwards = true})));
  model.add(TimeDistributed(std::make_unique<Dense>(Dense::Options{3})));
  model.add(LSTM({.units = 2}));
  model.build({4, 2});
  const TemporaryFolder folder;
  for (const OptimizerOptions& options : std::initializer_list<OptimizerOptions>{
           AdamOptions{}, AdamWOptions{.decays_all = true}, SGDOptions{.momentum = 0.5},
           AdamOptions{.beta1 = 0.8, .beta2 = 0.99, .epsilon = 1e-4, .clip_norm = 0.5},
           RMSpropOptions{}, RMSpropOptions{.rho = 0.8, .centered = true},
           RMSpropOptions{.momentum = 0.5, .centered = true}}) {
    KerasOptimizer optimizer{0.25, make_optimizer(model.parameters(), options)->state(0), options};
    optimizer.state.steps = 7;
    float value = 0;
    for (auto& [kind, arrays] : optimizer.state.slots)
      for (auto& array : arrays)
        for (float& element : array) element = value += 0.125f;
    for (const char* name : {"a.h5", "a.keras"}) {
      write_keras_file(folder / name, to_keras(model, 0, optimizer));
      const KerasModel file = read_keras_file(folder / name);
      const KerasOptimizer again = optimizer_of(file);
      CHECK(again.learning_rate == 0.25);
      CHECK(again.state.steps == 7);
      CHECK(again.state.slots == optimizer.state.slots);
      CHECK(again.options.index() == options.index());
      CHECK(outputs(load_member("a", file, Device::cpu)) == outputs(model));
    }
    write_keras_file(folder / "b.keras", to_keras(model, 0, optimizer));
    CHECK(read_file(folder / "a.keras") == read_file(folder / "b.keras"));
  }
}

TEST_CASE("TimeDistributed of a model is written as Keras writes it, and read again") {
  Model inner(Shape{4, 2});
  auto norm = std::make_unique<BatchNormalization>();
  inner.add(std::move(norm));
  inner.add(
      Bidirectional(std::make_unique<LSTM>(RecurrentOptions{.units = 3}),
                    std::make_unique<LSTM>(RecurrentOptions{.units = 3, .go_backwards = true})));
  auto frozen = std::make_unique<Dense>(Dense::Options{2});
  frozen->set_trainable(false);
  inner.add(std::move(frozen));
  inner.add(Dense({3}));
  Model model(Shape{5, 4, 2});
  model.add(Dense({2}));
  model.add(TimeDistributed(std::make_unique<Model>(std::move(inner))));
  model.add(LSTM({.units = 2}));
  model.build({5, 4, 2});
  randomize(model);
  KerasOptimizer optimizer{0.25, make_optimizer(model.parameters(), AdamOptions{})->state(0)};
  optimizer.state.steps = 7;
  const KerasModel file = to_keras(model, 0, optimizer);
  std::vector<std::string> ordered;
  for (const auto* weight : keras::ordered_weights(file.layers.at(2)))
    ordered.push_back(weight->name.substr(weight->name.rfind('/') + 1));
  CHECK(ordered == std::vector<std::string>{"gamma", "beta", "kernel", "recurrent_kernel", "bias",
                                            "kernel", "recurrent_kernel", "bias", "kernel", "bias",
                                            "moving_mean", "moving_variance", "kernel", "bias"});
  const TemporaryFolder folder;
  for (const char* name : {"a.h5", "a.keras"}) {
    write_keras_file(folder / name, file);
    const KerasModel again = read_keras_file(folder / name);
    const Model read = load_member(name, again, Device::cpu);
    CHECK(outputs(read) == outputs(model));
    CHECK(optimizer_of(again, read).state.slots == optimizer.state.slots);
    const auto kept = read.parameters(), from = model.parameters();
    REQUIRE(kept.size() == from.size());
    for (std::size_t i = 0; i < kept.size(); ++i) CHECK(kept[i].trainable == from[i].trainable);
  }
}

TEST_CASE("TimeDistributed of a model that cannot be written is named") {
  const auto problem = [](std::unique_ptr<Model> inner) -> std::string {
    Model model(Shape{3, 4, 2});
    model.add(Dense({2}));
    model.add(TimeDistributed(std::move(inner)));
    model.build({3, 4, 2});
    try {
      to_keras(model, 0, {1e-3});
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  auto branches = std::make_unique<Model>(Shape{4, 2});
  branches->add(Add(), {0, branches->add(Dense({2}), {0})});
  CHECK_THAT(problem(std::move(branches)),
             Contains("layer 2: TimeDistributed of a model with branches"));
  auto within = std::make_unique<Model>(Shape{4, 2});
  within->add(TimeDistributed(std::make_unique<Model>(Sequential(Dense({2}), Dense({3})))));
  CHECK_THAT(problem(std::move(within)),
             Contains("layer 2: TimeDistributed ") && Contains("of a model within another"));
}

TEST_CASE("Layers keep their settings in Keras' words") {
  const json lstm = {{"class_name", "LSTM"}, {"config", {{"units", 2}}}};
  const std::vector<std::pair<const char*, json>> layers = {
      {"Dropout", {{"rate", 0.3}}},
      {"SpatialDropout1D", {{"rate", 0.3}}},
      {"SpatialDropout2D", {{"rate", 0.3}, {"data_format", "channels_last"}}},
      {"GaussianNoise", {{"stddev", 0.3}}},
      {"Concatenate", {{"axis", 1}}},
      {"Concatenate", {{"axis", -2}}},
      {"PReLU", {{"shared_axes", {1}}}},
      {"BatchNormalization",
       {{"axis", 1}, {"momentum", 0.9}, {"epsilon", 0.01}, {"center", false}, {"scale", true}}},
      {"LayerNormalization",
       {{"axis", {1, 2}}, {"epsilon", 0.01}, {"center", true}, {"scale", false}}},
      {"Normalization",
       {{"axis", {1}}, {"invert", true}, {"mean", {1.0, 2.0}}, {"variance", {3.0, 4.0}}}},
      {"LSTM", {{"dropout", 0.1}, {"recurrent_dropout", 0.2}, {"go_backwards", true}}},
      {"GRU", {{"reset_after", true}, {"use_bias", false}, {"return_sequences", true}}},
      {"Conv2D", {{"filters", 2}, {"kernel_size", {1, 3}}, {"data_format", "channels_first"}}}};
  for (auto [class_name, config] : layers) {
    CAPTURE(class_name);
    json described = config;  // units that layers without them do not mind
    described["units"] = 2;

    const auto layer = keras::read_layer({class_name, "name", described, {}}, {});
    const keras::Written written = keras::write_layer(*layer);
    CHECK(written.class_name == class_name);
    for (const auto& [key, value] : config.items()) CHECK(written.config.at(key) == value);
  }
  using Merge = Bidirectional::Merge;
  for (const auto& [name, merge] : {std::pair{"concat", Merge::concatenate},
                                    {"sum", Merge::sum},
                                    {"mul", Merge::product},
                                    {"ave", Merge::average}}) {
    const auto layer = keras::read_layer(
        {"Bidirectional", "name", {{"layer", lstm}, {"merge_mode", name}}, {}}, {});
    CHECK(dynamic_cast<const Bidirectional&>(*layer).merge() == merge);
    CHECK(keras::write_layer(*layer).config.at("merge_mode") == name);
  }
}

TEST_CASE("Optimizers in .h5 files are said in words that Keras 2 and 3 both load") {
  Model model(Shape{4});
  model.add(Dense({3}));
  model.build({4});
  const auto written = [&](const OptimizerOptions& options) {
    KerasOptimizer optimizer{0.25, make_optimizer(model.parameters(), options)->state(0), options};
    optimizer.state.steps = 7;
    const KerasModel file = keras::renamed_for_both(to_keras(model, 0, optimizer)).value();
    json config = file.training_config.at("optimizer_config");
    CHECK(!config.at("config").contains("is_legacy_optimizer"));
    for (const auto& weight : file.optimizer_weights) config["arrays"].push_back(weight.name);
    return config;
  };
  const std::string dense = "RMSprop/dense/";
  const json rms = written(RMSpropOptions{.centered = true});
  CHECK(rms.at("config").at("momentum") == 1e-30);  // else Keras 2 adds epsilon elsewhere
  CHECK(rms.at("arrays") == json{"RMSprop/iter:0", dense + "kernel/rms:0", dense + "bias/rms:0",
                                 dense + "kernel/momentum:0", dense + "bias/momentum:0",
                                 dense + "kernel/mg:0", dense + "bias/mg:0"});
  CHECK(written(RMSpropOptions{.momentum = 0.5}).at("config").at("momentum") == 0.5);
  const json adam = written(AdamWOptions{.weight_decay = 0.5, .decays_all = true});
  CHECK(adam.at("class_name") == "ExperimentalAdam");  // of Keras 2.11 and later, to Keras 2.15
  CHECK(adam.at("config").at("name") == "adamw");      // what Keras 3 takes it for
  CHECK(adam.at("config").at("weight_decay") == 0.5);
}

TEST_CASE("RMSprop of Keras before 2.11 is known where it computes as today") {
  Model model(Shape{4});
  model.add(Dense({3}));
  model.build({4});
  const auto options = RMSpropOptions{.momentum = 0.5};
  KerasOptimizer optimizer{0.25, make_optimizer(model.parameters(), options)->state(0), options};
  optimizer.state.steps = 7;
  KerasModel file = to_keras(model, 0, optimizer);
  json& config = file.training_config["optimizer_config"]["config"];
  config.erase("is_legacy_optimizer");
  CHECK(std::get<RMSpropOptions>(optimizer_of(file).options).momentum == 0.5);
  config["momentum"] = 0;
  CHECK_THROWS_WITH(optimizer_of(file), Contains("its RMSprop is that of Keras before 2.11"));
}

TEST_CASE("Layers are said in words that Keras 3 loads") {
  Model model(Shape{4, 2});
  model.add(LayerNormalization({.axes = {1, 2}}));
  model.add(Normalization({.axes = {}}));
  model.add(LayerNormalization());
  model.add(SpatialDropout(0.5, 1));
  model.build({4, 2});
  const json layers = keras::model_config(to_keras(model, 0, {1e-3})).at("config").at("layers");
  for (const int several : {1, 2}) CHECK(layers.at(several).at("module") == "keras.layers");
  CHECK(!layers.at(3).contains("module"));
  CHECK(layers.at(3).at("config").at("trainable") == true);
  CHECK(!layers.at(4).at("config").contains("trainable"));
}
