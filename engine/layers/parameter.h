#pragma once
#include <string>

#include "engine/variable.h"

namespace tutti {

/// A tensor that belongs to a layer, for all members: [M, …].
struct Parameter {
  std::string name;  // as Keras calls it: "kernel", "bias"
  Variable variable;
  double l2 = 0;          // coefficient of its squares in the loss
  bool trainable = true;  // by gradients; a buffer is not
  bool saved = true;      // in files; the constant in place of an optional parameter is not
};

}  // namespace tutti
