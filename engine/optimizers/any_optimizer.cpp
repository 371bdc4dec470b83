#include "engine/optimizers/any_optimizer.h"

namespace tutti {
namespace {

std::unique_ptr<Optimizer> make(const std::vector<Parameter>& parameters,
                                const AdamOptions& options) {
  return std::make_unique<Adam>(parameters, options);
}

std::unique_ptr<Optimizer> make(const std::vector<Parameter>& parameters,
                                const AdamWOptions& options) {
  return std::make_unique<AdamW>(parameters, options);
}

std::unique_ptr<Optimizer> make(const std::vector<Parameter>& parameters,
                                const RMSpropOptions& options) {
  return std::make_unique<RMSprop>(parameters, options);
}

std::unique_ptr<Optimizer> make(const std::vector<Parameter>& parameters,
                                const SGDOptions& options) {
  return std::make_unique<SGD>(parameters, options);
}

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(const std::vector<Parameter>& parameters,
                                          const OptimizerOptions& options) {
  return std::visit([&](const auto& of_kind) { return make(parameters, of_kind); }, options);
}

}  // namespace tutti
