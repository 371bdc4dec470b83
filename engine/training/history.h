#pragma once
#include <vector>

namespace tutti {

/// What one epoch of one member came to. NaN where there was no validation set.
struct EpochResult {
  double loss, accuracy, val_loss, val_accuracy;
};

/// [epoch][member]
using History = std::vector<std::vector<EpochResult>>;

}  // namespace tutti
