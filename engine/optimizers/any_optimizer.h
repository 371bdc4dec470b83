#pragma once
#include <memory>
#include <variant>

#include "engine/optimizers/adam.h"

namespace tutti {

/// Which optimizer, by its options.
using OptimizerOptions = std::variant<AdamOptions>;

std::unique_ptr<Optimizer> make_optimizer(const std::vector<Parameter>& parameters,
                                          const OptimizerOptions& options);

}  // namespace tutti
