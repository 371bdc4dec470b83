#include "models/keras/file.h"

#include <sys/resource.h>

#include <bit>
#include <chrono>
#include <csignal>
#include <fstream>
#include <random>
#include <thread>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "models/keras/layers.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;
using namespace tutti::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

KerasLayer layer(const std::string& class_name, const std::string& name, json config,
                 std::vector<KerasLayer::Weight> weights = {}) {
  config.update({{"name", name}, {"trainable", true}, {"dtype", "float32"}});
  return {class_name, name, config, std::move(weights)};
}

KerasLayer::Weight weight(const std::string& name, const Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(shape.elements()));
  std::mt19937 random(static_cast<unsigned>(values.size()));
  for (float& value : values) value = static_cast<float>(random()) * 0x1p-35f - 0x1p-4f;
  return {name, shape, values};
}

/// What Conv2D and Dense have in common.
json with_kernel(json config, const std::string& activation) {
  config.update(
      {{"activation", activation},
       {"use_bias", true},
       {"kernel_initializer", {{"class_name", "GlorotUniform"}, {"config", {{"seed", nullptr}}}}},
       {"bias_initializer", {{"class_name", "Zeros"}, {"config", json::object()}}},
       {"kernel_regularizer", nullptr},
       {"bias_regularizer", nullptr},
       {"activity_regularizer", nullptr},
       {"kernel_constraint", nullptr},
       {"bias_constraint", nullptr}});
  return config;
}

json dropout(double rate) { return {{"rate", rate}, {"noise_shape", nullptr}, {"seed", nullptr}}; }

/// The configs that Keras 2.15 and Keras 3.15 both load: golden/check_keras_opens.py.
KerasModel genre_cnn() {
  KerasModel model;
  model.layers.push_back({"InputLayer",
                          "input_1",
                          {{"name", "input_1"},
                           {"batch_input_shape", {nullptr, 127, 2900, 1}},
                           {"dtype", "float32"},
                           {"sparse", false},
                           {"ragged", false}},
                          {}});
  model.layers.push_back(layer("Rescaling", "rescaling", {{"scale", 1 / 255.0}, {"offset", -0.5}}));
  model.layers.push_back(layer("Conv2D", "conv2d",
                               with_kernel({{"filters", 100},
                                            {"kernel_size", {127, 15}},
                                            {"strides", {1, 5}},
                                            {"padding", "valid"},
                                            {"data_format", "channels_last"},
                                            {"dilation_rate", {1, 1}},
                                            {"groups", 1}},
                                           "relu"),
                               {weight("kernel", {127, 15, 1, 100}), weight("bias", {100})}));
  model.layers.push_back(layer("MaxPooling2D", "max_pooling2d",
                               {{"pool_size", {1, 2}},
                                {"strides", {1, 2}},
                                {"padding", "valid"},
                                {"data_format", "channels_last"}}));
  model.layers.push_back(layer("Dropout", "dropout", dropout(0.5)));
  model.layers.push_back(layer("Flatten", "flatten", {{"data_format", "channels_last"}}));
  model.layers.push_back(layer("Dense", "dense", with_kernel({{"units", 128}}, "relu"),
                               {weight("kernel", {28900, 128}), weight("bias", {128})}));
  model.layers.push_back(layer("Dropout", "dropout_1", dropout(0.3)));
  json classes = with_kernel({{"units", 10}}, "softmax");
  classes["kernel_regularizer"] = {{"class_name", "L2"}, {"config", {{"l2", 1e-4}}}};
  model.layers.push_back(
      layer("Dense", "dense_1", classes, {weight("kernel", {128, 10}), weight("bias", {10})}));
  model.training_config = {{"loss", "categorical_crossentropy"},
                           {"metrics", {"accuracy"}},
                           {"weighted_metrics", nullptr},
                           {"loss_weights", nullptr},
                           {"optimizer_config",
                            {{"class_name", "Adam"},
                             {"config",
                              {{"name", "Adam"},
                               {"learning_rate", 1e-4},
                               {"beta_1", 0.9},
                               {"beta_2", 0.999},
                               {"epsilon", 1e-7},
                               {"amsgrad", false}}}}}};
  return model;
}

/// A few kilobytes of a file.
KerasModel small_model() {
  KerasModel model;
  model.name = "kleines_Modell_\u00e9";
  model.layers.push_back(
      {"InputLayer", "input", {{"name", "input"}, {"batch_input_shape", {nullptr, 3}}}, {}});
  model.layers.push_back(
      layer("Dense", "dense", {{"units", 2}}, {weight("kernel", {3, 2}), weight("bias", {2})}));
  model.layers.push_back(layer("Dropout", "dropout", dropout(0.5)));
  return model;
}

void check_equal(const KerasModel& a, const KerasModel& b) {
  CHECK(a.name == b.name);
  CHECK(a.keras_version == b.keras_version);
  CHECK(a.training_config == b.training_config);
  REQUIRE(a.layers.size() == b.layers.size());
  for (std::size_t i = 0; i < a.layers.size(); ++i) {
    CHECK(a.layers[i].class_name == b.layers[i].class_name);
    CHECK(a.layers[i].name == b.layers[i].name);
    CHECK(a.layers[i].config == b.layers[i].config);
    REQUIRE(a.layers[i].weights.size() == b.layers[i].weights.size());
    for (std::size_t k = 0; k < a.layers[i].weights.size(); ++k) {
      const auto &x = a.layers[i].weights[k], &y = b.layers[i].weights[k];
      CHECK(x.name == y.name);
      CHECK(x.shape == y.shape);
      REQUIRE(x.values.size() == y.values.size());
      const auto same_bits = [](float p, float q) {
        return std::bit_cast<std::uint32_t>(p) == std::bit_cast<std::uint32_t>(q);
      };
      CHECK(std::equal(x.values.begin(), x.values.end(), y.values.begin(), same_bits));
    }
  }
}

std::string reading_error(const fs::path& path) {
  try {
    read_keras_file(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// Does not wait for the disk as write_file() does, and as a file system may when a file is
/// replaced.
void write_quickly(const fs::path& path, const std::string& bytes) {
  fs::remove(path);
  std::ofstream(path, std::ios::binary) << bytes;
}

KerasModel golden_file(const std::string& name) {
  return read_keras_file(golden("keras_files") / name);
}

}  // namespace

TEST_CASE("A Keras file gives back the model written to it") {
  const TemporaryFolder folder;
  write_keras_file(folder / "classifier_0.h5", genre_cnn());
  check_equal(read_keras_file(folder / "classifier_0.h5"), genre_cnn());

  KerasModel model = small_model();
  model.keras_version = "3.15.1";
  write_keras_file(folder / "small.h5", model);
  check_equal(read_keras_file(folder / "small.h5"), model);
}

TEST_CASE("A Keras file keeps every bit of a weight") {
  KerasModel model = small_model();
  model.layers[1].weights[0].values = {-0.0f,
                                       1e-45f,
                                       std::bit_cast<float>(0x7fc12345u),
                                       std::bit_cast<float>(0xffc00001u),
                                       std::numeric_limits<float>::infinity(),
                                       std::numeric_limits<float>::max()};
  const TemporaryFolder folder;
  write_keras_file(folder / "bits.h5", model);
  check_equal(read_keras_file(folder / "bits.h5"), model);
}

TEST_CASE("Several Keras files are read in their order, and an error names its own") {
  const TemporaryFolder folder;
  std::vector<fs::path> paths;
  for (int i = 0; i < 9; ++i) {
    KerasModel model = small_model();
    model.layers[1].weights[0].values[0] = static_cast<float>(i);
    paths.push_back(folder / (std::to_string(i) + ".h5"));
    write_keras_file(paths.back(), model);
  }
  std::vector<float> read;
  const auto use = [&](std::size_t index, const KerasModel& file) {
    CHECK(index == read.size());
    read.push_back(file.layers[1].weights[0].values[0]);
  };
  read_keras_files(paths, ReadOptimizer::yes, use);
  CHECK(read == std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8});

  write_quickly(paths[5], "no model");
  read.clear();
  CHECK_THROWS_WITH(read_keras_files(paths, ReadOptimizer::yes, use),
                    "cannot read " + paths[5].string() + ": it is not an HDF5 file");
  CHECK(read == std::vector<float>{0, 1, 2, 3, 4});
}

TEST_CASE("Equal models make equal Keras files, whenever they are written") {
  const TemporaryFolder folder;
  write_keras_file(folder / "now.h5", small_model());
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  write_keras_file(folder / "later.h5", small_model());
  CHECK(read_file(folder / "now.h5") == read_file(folder / "later.h5"));
}

TEST_CASE("A Keras file holds more layer names than one HDF5 attribute") {
  KerasModel model;
  for (int i = 0; i < 5000; ++i)
    model.layers.push_back(layer("Dropout", "dropout_" + std::to_string(i), {{"rate", 0.1}}));
  model.layers[4321] = layer("Dense", std::string(60, 'd'), {{"units", 1}}, {weight("bias", {1})});
  const TemporaryFolder folder;
  write_keras_file(folder / "deep.h5", model);
  check_equal(read_keras_file(folder / "deep.h5"), model);
}

TEST_CASE("A model with a weight of the wrong size is not written") {
  const TemporaryFolder folder;
  KerasModel model = small_model();
  model.layers[1].weights[0].values.pop_back();
  CHECK_THROWS_WITH(write_keras_file(folder / "wrong.h5", model),
                    Contains("wrong.h5: dense/kernel:0 has 5 values") && Contains("[3, 2]"));
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("A Keras file that cannot be written leaves the older one whole") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(
      write_keras_file(folder / "missing" / "a.h5", small_model()),
      Contains((folder / "missing" / "a.h5").string()) && Contains("No such file or directory"));

  const fs::path path = folder / "a.h5";
  write_keras_file(path, small_model());
  const std::string before = read_file(path);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before_it;
  ::getrlimit(RLIMIT_FSIZE, &before_it);
  const rlimit one_megabyte{1 << 20, before_it.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &one_megabyte);
  CHECK_THROWS_WITH(write_keras_file(path, genre_cnn()),
                    Contains(path.string()) && Contains("File too large"));
  ::setrlimit(RLIMIT_FSIZE, &before_it);
  CHECK(read_file(path) == before);
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("The file of a Keras 3 model is read") {
  const auto expected = json::parse(read_file(golden("keras_files/keras3.json")));
  const KerasModel model = golden_file("keras3.h5");
  CHECK(json(model.keras_version) == expected.at("keras_version"));
  CHECK(model.training_config.at("loss") == "categorical_crossentropy");

  REQUIRE(model.layers.size() == 5);
  CHECK(model.layers[0].class_name == "InputLayer");
  CHECK(model.layers[0].config.at("batch_shape") == json({nullptr, 8, 6, 1}));
  for (std::size_t i = 0; i < 4; ++i) {
    const KerasLayer& read = model.layers[i + 1];
    const json& saved = expected.at("layers")[i];
    CHECK(json(read.class_name) == saved.at("class_name"));
    CHECK(json(read.name) == saved.at("name"));
    REQUIRE(read.weights.size() == saved.at("weights").size());
    for (std::size_t k = 0; k < read.weights.size(); ++k) {
      CHECK(json(read.weights[k].name) == saved.at("weights")[k].at("name"));
      CHECK(json(read.weights[k].shape) == saved.at("weights")[k].at("shape"));
      CHECK(read.weights[k].values ==
            saved.at("weights")[k].at("values").get<std::vector<float>>());
    }
  }
}

TEST_CASE("Files of older Keras and other HDF5 writers are read") {
  const std::string name =
      GENERATE("keras2_2.h5", "other_floats.h5", "compressed.h5", "split_lists.h5");
  CAPTURE(name);
  const KerasModel model = golden_file(name);
  CHECK(model.keras_version == "2.2.4");
  CHECK(model.training_config.is_null());
  REQUIRE(model.layers.size() == 1);
  CHECK(model.layers[0].name == "dense_1");
  REQUIRE(model.layers[0].weights.size() == 2);
  CHECK(model.layers[0].weights[0].name == "kernel");
  CHECK(model.layers[0].weights[0].shape == Shape{2, 3});
  CHECK(model.layers[0].weights[0].values == std::vector<float>{0, 1, 2, 3, 4, 5});
  CHECK(model.layers[0].weights[1].values == std::vector<float>{0.5, 1.5, 2.5});
}

TEST_CASE("A Keras file with something wrong with it is an Error that says what") {
  const auto [name, problem] = GENERATE(table<std::string, std::string>({
      {"weights_only", "has no model_config: a file of weights alone"},
      {"functional", "does not describe a Sequential or Functional model"},
      {"deep_json", "model_config is nested more than 100 deep"},
      {"not_json", "model_config is not JSON"},
      {"no_layers", "model_config does not describe a Sequential or Functional model"},
      {"no_weights", "has no dense_1"},
      {"no_group", "has no dense_1"},
      {"outside", "\"../dense_1/dense_1/kernel:0\" is not a path inside its group"},
      {"from_the_root", "is not a path inside its group"},
      {"integers", "dense_1/kernel:0 does not hold floating-point numbers"},
      {"soft_link", "dense_1/kernel:0 is a soft or external link"},
      {"external_link", "dense_1/kernel:0 is a soft or external link"},
      {"external_group", "model_weights is a soft or external link"},
      {"external_storage", "takes its values from another file"},
      {"virtual", "takes its values from another file"},
      {"huge", "declares 4398046511104 bytes"},
      {"huge_chunk", "declares 16777216 bytes"},
      {"repeated", "the file does not hold so many"},
  }));
  const fs::path path = golden("keras_files") / (name + ".h5");
  REQUIRE(fs::exists(path));
  CHECK_THAT(reading_error(path), StartsWith("cannot read " + path.string()) && Contains(problem));
}

TEST_CASE("A model of no one output, or an archive that is not whole, is an Error that says what") {
  const auto [name, problem] = GENERATE(table<std::string, std::string>({
      {"branches.h5", "no layer takes the output of 'b'; only models of one output"},
      {"joins.h5", "layer_names lacks the layer a"},
      {"circle.h5", "takes its own output in a circle"},
      {"optimizer_outside.h5", "is not a path inside its group"},
      {"no_config.keras", "the archive has no config.json"},
      {"no_weights_inside.keras", "the archive has no model.weights.h5"},
      {"weights_are_text.keras", "it is not an HDF5 file"},
      {"deep_config.keras", "config.json is nested more than 100 deep"},
      {"bomb.keras", "config.json would unpack to 100000000 bytes"},
      {"lies.keras", "would unpack to 4294967280 bytes"},
      {"truncated.keras", "it is not a whole archive"},
  }));
  const fs::path path = golden("keras_files") / name;
  REQUIRE(fs::exists(path));
  CHECK_THAT(reading_error(path), StartsWith("cannot read " + path.string()) && Contains(problem));
}

TEST_CASE("A model takes no more memory than the weights of its file") {
  const auto [name, problem] = GENERATE(table<std::string, std::string>({
      {"many_units.h5", "units is 1099511627776, not 1 to 2147483648"},
      {"no_units.h5", "units is 0"},
      {"negative_units.h5", "units is -3"},
      {"vast.h5", "is too large"},
  }));
  const fs::path path = golden("keras_files") / name;
  CHECK_THROWS_WITH(load_member(path, read_keras_file(path), Device::cpu),
                    Contains(name) && Contains(problem));
  // The units that the configuration wants are not those of the weights.
  KerasModel file = small_model();
  file.layers[1].config["units"] = 1 << 30;
  CHECK_THROWS_WITH(load_member("wide.h5", file, Device::cpu),
                    Contains("kernel is [3, 2] where the model has [3, 1073741824]"));
}

TEST_CASE("What is not an HDF5 file is called that") {
  const TemporaryFolder folder;
  write_file(folder / "text.h5", "{\"class_name\": \"Sequential\"}");
  write_file(folder / "empty.h5", "");
  CHECK_THAT(reading_error(folder / "text.h5"), Contains("text.h5: it is not an HDF5 file"));
  CHECK_THAT(reading_error(folder / "empty.h5"), Contains("empty.h5: it is not an HDF5 file"));
  CHECK_THAT(reading_error(folder / "gone.h5"), Contains("gone.h5: No such file or directory"));
  CHECK_THAT(reading_error(folder.path()), Contains("it is not a file"));
}

TEST_CASE("A truncated Keras file is an Error, whatever its length") {
  const TemporaryFolder folder;
  write_keras_file(folder / "whole.h5", small_model());
  const std::string bytes = read_file(folder / "whole.h5");
  for (std::size_t length = 0; length < bytes.size(); length += 211) {
    write_quickly(folder / "part.h5", bytes.substr(0, length));
    CAPTURE(length);
    CHECK_THAT(reading_error(folder / "part.h5"), Contains("part.h5"));
  }
}

TEST_CASE("Flipped bytes in a Keras file never end the program") {
  const TemporaryFolder folder;
  write_keras_file(folder / "whole.h5", small_model());
  const std::string ours = read_file(folder / "whole.h5");
  const std::string theirs = read_file(golden("keras_files/keras3.h5"));
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    std::string bytes = seed % 2 ? ours : theirs;
    for (int flips = 1 + static_cast<int>(seed % 3); flips > 0; --flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    CAPTURE(seed);
    write_quickly(folder / "flipped.h5", bytes);
    const std::string error = reading_error(folder / "flipped.h5");
    if (!error.empty()) CHECK_THAT(error, Contains("flipped.h5"));
  }
}

TEST_CASE("Trained models of Keras 2.5 to 3.12 are read") {
  const auto folder = real_data("keras-models");
  if (!folder) return;
  struct Expected {
    std::string name;
    std::size_t layers, weighted;  // the layers with weights
    Shape first;                   // the first weight's
  };
  // All four are Model: a Conv1D and a Conv2D network with BatchNormalization, dense layers,
  // LSTMs.
  for (const auto& [name, layers, weighted, first] :
       std::vector<Expected>{{"conv1d_bn_keras3.12.h5", 14, 8, {3, 1, 32}},
                             {"conv2d_bn_keras2.5.h5", 14, 8, {3, 3, 1, 32}},
                             {"dense_keras3.11.h5", 6, 3, {58, 128}},
                             {"lstm_keras2.15.h5", 5, 4, {160, 256}}}) {
    CAPTURE(name);
    const KerasModel model = read_keras_file(*folder / name);
    REQUIRE(model.layers.size() == layers);
    const auto has_weights = [](const KerasLayer& layer) { return !layer.weights.empty(); };
    CHECK(std::count_if(model.layers.begin(), model.layers.end(), has_weights) ==
          static_cast<std::ptrdiff_t>(weighted));
    CHECK(model.layers[0].class_name == "InputLayer");
    CHECK(model.layers[1].weights.at(0).name == "kernel");
    CHECK(model.layers[1].weights.at(0).shape == first);
  }
}
