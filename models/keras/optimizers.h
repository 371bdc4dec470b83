#pragma once
#include "models/keras/layers.h"

/// What Keras' configurations say of optimizers, for optimizer_state.cpp alone.
namespace tutti::keras {

/// What an optimizer keeps for each parameter.
struct SlotKind {
  std::string name;          // in OptimizerState
  std::string keras_name;    // up to Keras 2.10
  bool of_the_rate = false;  // Keras keeps the negative of it times the learning rate
};

/// How files order the arrays, if their names do not say it.
enum class SlotOrder { parameter_after_parameter, kind_after_kind };

struct ReadOptimizerConfig {
  KerasOptimizer optimizer;  // without its state
  std::vector<SlotKind> kinds;
  SlotOrder order;
};
/// An Error says why training cannot go on: no optimizer, another one, or a setting of it.
ReadOptimizerConfig read_optimizer(const KerasModel& file);

struct WrittenOptimizerConfig {
  nlohmann::json config;  // class and config
  std::vector<SlotKind> kinds;
  SlotOrder order;
};
WrittenOptimizerConfig write_optimizer(const KerasOptimizer& optimizer);

}  // namespace tutti::keras
