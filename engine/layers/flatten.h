#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// [a, b, …] -> [a b …], the last axis fastest
class Flatten final : public Layer {
 public:
  Shape build(const Shape& input, Initializer&) override { return {input.elements()}; }
  Variable forward(const Variable& x, const Context&) const override {
    const std::int64_t members = x.value().dim(0), batch = x.value().dim(1);
    return reshape(x, {members, batch, x.value().size() / (members * batch)});
  }
};

}  // namespace tutti
