#pragma once
#include <memory>
#include <variant>

#include "engine/optimizers/adam.h"
#include "engine/optimizers/rmsprop.h"
#include "engine/optimizers/sgd.h"

namespace tutti {

/// Which optimizer, by its options.
using OptimizerOptions = std::variant<AdamOptions, AdamWOptions, RMSpropOptions, SGDOptions>;

std::unique_ptr<Optimizer> make_optimizer(const std::vector<Parameter>& parameters,
                                          const OptimizerOptions& options);

}  // namespace tutti
