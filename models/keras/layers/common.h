#pragma once
#include <array>

#include "engine/layers/activation.h"
#include "models/keras/file.h"
#include "models/keras/settings.h"

/// Settings that layers of several kinds have, in both directions.
namespace tutti::keras {

/// What a layer's reader is given: its settings, the file for its version, and whether it is for
/// one or two spatial dimensions.
struct Described {
  const nlohmann::json& config;
  const KerasModel& file;
  int dimensions;
};

/// What a layer's writer makes.
struct Written {
  std::string class_name;  // by the table
  nlohmann::json config = nlohmann::json::object();
  int dimensions = 2;
  /// Whether it has the hard_sigmoid of Keras 3: files of Keras 2 mean another.
  bool since_keras_3 = false;

  void set(const nlohmann::json& settings) { config.update(settings); }
  void set_activation(const char* key, const Activation& activation);
};

/// A length of at least `least`, and such that sums and products of two are still numbers.
std::int64_t length_of(const nlohmann::json& value, const char* key, std::int64_t least = 1);
constexpr std::int64_t longest = 1ll << 31;

/// A length, or a list of as many as the layer has dimensions: along height and width.
std::array<std::int64_t, 2> lengths(const Described& layer, const char* key,
                                    std::array<std::int64_t, 2> fallback);
nlohmann::json lengths(int dimensions, std::int64_t height, std::int64_t width);

Padding padding_of(const nlohmann::json& config);
const char* name(Padding padding);

/// The activation of a name; hard_sigmoid by the file's version.
Activation activation_named(const std::string& name, const KerasModel& file);
Activation activation_of(const Described& layer);

nlohmann::json class_and_config(const char* class_name, nlohmann::json config);
/// What every layer with a kernel and a bias says of them.
nlohmann::json weight_settings(bool use_bias, double l2 = 0);

}  // namespace tutti::keras
