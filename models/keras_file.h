#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/tensor.h"

namespace tutti {

/// One layer of a Keras Sequential model as its file holds it.
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

/// A Keras Sequential model: what a .h5 file says, with nothing of it interpreted.
struct KerasModel {
  std::string name = "sequential";
  std::string keras_version = "2.15.0";  // up to 2, hard_sigmoid is another function than in 3
  std::vector<KerasLayer> layers;        // the InputLayer is one of them
  nlohmann::json training_config;        // null if the model was not compiled
};

/// Writes the HDF5 dialect that Keras 2 and 3 open, beside `path` first and then renamed over it.
/// An Error names the file if it cannot be written; an older file at `path` is then still whole.
void write_keras_file(const std::filesystem::path& path, const KerasModel& model);

/// Reads a Sequential .h5 file of Keras 2 or 3. An Error names the file and what is wrong with it:
/// not HDF5, truncated, no model_config, a missing weight, links to other files, absurd sizes.
KerasModel read_keras_file(const std::filesystem::path& path);

}  // namespace tutti
