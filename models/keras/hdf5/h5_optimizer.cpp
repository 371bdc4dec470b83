#include "models/keras/hdf5/h5_optimizer.h"

#include <algorithm>

#include "models/keras/settings.h"

namespace tutti::keras {

using nlohmann::json;

namespace {

constexpr double no_momentum = 1e-30;  // fits a float, far below its precision
constexpr const char* legacy = "is_legacy_optimizer";

/// The class and the settings that a file has for its optimizer, if it says so much.
const json* optimizer_in(const KerasModel& model) {
  const auto found = model.training_config.find("optimizer_config");
  const bool whole = found != model.training_config.end() && found->is_object() &&
                     found->contains("class_name") && found->contains("config") &&
                     (*found)["class_name"].is_string() && (*found)["config"].is_object();
  return whole ? &*found : nullptr;
}

bool is(const KerasLayer::Weight& weight, const char* kind) {
  return weight.name.ends_with(kind + std::string(":0"));
}

/// Zeros beside each "rms", before the means if there are any.
void add_momenta(std::vector<KerasLayer::Weight>& state) {
  std::vector<KerasLayer::Weight> momenta;
  for (const auto& weight : state)
    if (is(weight, "/rms"))
      momenta.push_back({weight.name.substr(0, weight.name.rfind('/')) + "/momentum:0",
                         weight.shape, std::vector<float>(weight.values.size())});
  const auto mean =
      std::ranges::find_if(state, [](const auto& weight) { return is(weight, "/mg"); });
  state.insert(mean, momenta.begin(), momenta.end());
}

}  // namespace

std::optional<KerasModel> renamed_for_both(const KerasModel& model) {
  const json* known = optimizer_in(model);
  if (!known || setting(known->at("config"), legacy, true)) return std::nullopt;
  KerasModel renamed;
  renamed.training_config = model.training_config;
  renamed.optimizer_weights = model.optimizer_weights;
  json& optimizer = renamed.training_config["optimizer_config"];
  json& config = optimizer["config"];
  config.erase(legacy);
  if (optimizer["class_name"] == "Adam") {
    optimizer["class_name"] = "ExperimentalAdam";
    config["name"] = "adamw";
  } else if (setting(config, "momentum", 0.0) == 0) {
    config["momentum"] = no_momentum;
    add_momenta(renamed.optimizer_weights);
  }
  return renamed;
}

void rename_back(KerasModel& model) {
  if (!optimizer_in(model)) return;
  json& optimizer = model.training_config["optimizer_config"];
  json& config = optimizer["config"];
  const json momentum = config.value("momentum", json());
  if (optimizer["class_name"] == "ExperimentalAdam") {
    optimizer["class_name"] = "Adam";
    config[legacy] = false;
  } else if (optimizer["class_name"] == "RMSprop" && momentum.is_number() && momentum > 0 &&
             momentum < 2 * no_momentum) {
    config["momentum"] = 0.0;
    config[legacy] = false;
    std::erase_if(model.optimizer_weights, [](const auto& w) { return is(w, "/momentum"); });
  }
}

}  // namespace tutti::keras
