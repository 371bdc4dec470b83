#pragma once
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/tensor.h"

namespace tutti {

/// One layer of a Keras model as its file holds it.
struct KerasLayer {
  struct Weight {
    std::string name;  // "kernel", "bias"
    Shape shape;
    std::vector<float> values;
  };
  std::string class_name;  // "Conv2D"
  std::string name;        // "conv2d"
  nlohmann::json config;
  std::vector<Weight> weights;
};

/// A Keras model of one input and one output: what its file says, in the words of Keras 2 and 3.
/// Models within it are gone: their layers stand in their place.
struct KerasModel {
  /// A call of a layer, by its index, on values: 0 is the model's input, i + 1 what node i makes.
  struct Node {
    std::size_t layer;
    std::vector<std::size_t> inputs;
  };
  std::string name = "sequential";
  std::string keras_version = "2.15.0";  // up to 2, hard_sigmoid is another function than in 3
  std::vector<KerasLayer> layers;        // the InputLayer is one of them
  nlohmann::json training_config;        // null if the model was not compiled
  std::vector<KerasLayer::Weight> optimizer_weights = {};  // under their whole names
  std::vector<Node> nodes = {};  // the last is the output; empty if the layers are a chain
  /// The layers without the input in the order of the optimizer's weights; empty if it is theirs.
  std::vector<std::size_t> listed = {};
};

/// All calls of layers, those of a chain too.
std::vector<KerasModel::Node> nodes_of(const KerasModel& model);

/// The first number of its keras_version.
int keras_major(const KerasModel& model);

/// Writes the HDF5 dialect that Keras 2 and 3 open, or for a path that ends in .keras an archive
/// for Keras 3, beside `path` first and then renamed over it. An Error names the file if it cannot
/// be written; an older file at `path` is then still whole.
void write_keras_file(const std::filesystem::path& path, const KerasModel& model);

enum class ReadOptimizer { yes, no };

/// Reads a model that Keras 1, 2 or 3 saved, as .h5 or as .keras: a Sequential one, or a Functional
/// one. An Error names the file and what is wrong with it: not such a file,
/// truncated, no model_config, a missing weight, links to other files, absurd sizes. The
/// optimizer's state is two thirds of a file, and only training on asks for it.
KerasModel read_keras_file(const std::filesystem::path& path,
                           ReadOptimizer optimizer = ReadOptimizer::yes);
/// The model that `architecture` describes, a file of what Keras' model.to_json() says, with the
/// weights of `path`: .h5 of save_weights(), .weights.h5 of Keras 3, or a whole .h5 file. With no
/// architecture, what read_keras_file() reads without the optimizer.
KerasModel read_keras_weights(const std::filesystem::path& path,
                              const std::filesystem::path& architecture);
/// read_keras_file() of several files, some at once: `use` is given each in its turn.
void read_keras_files(const std::vector<std::filesystem::path>& paths, ReadOptimizer optimizer,
                      const std::function<void(std::size_t index, KerasModel file)>& use);

}  // namespace tutti
