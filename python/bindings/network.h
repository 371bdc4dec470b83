#pragma once
#include <vector>

#include "engine/layers/model.h"
#include "engine/optimizers/optimizer.h"

namespace tutti::python {

/// A model and, once it was trained here, the state of each member's optimizer to go on from.
struct Network {
  Model model;
  std::vector<OptimizerState> optimizer = {};
};

}  // namespace tutti::python
