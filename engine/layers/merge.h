#pragma once
#include "engine/layers/layer.h"

namespace tutti {

/// Makes one of two or more inputs of one shape, element by element.
class Merge : public Layer {
 public:
  Shape build(const std::vector<Shape>& inputs, Initializer& initializer) final;

 protected:
  explicit Merge(const char* name) : name_(name) {}

 private:
  const char* name_;
};

/// The sum.
class Add final : public Merge {
 public:
  Add() : Merge("Add") {}
  Variable forward(const std::vector<Variable>& inputs, const Context& context) const override;
};

/// The product.
class Multiply final : public Merge {
 public:
  Multiply() : Merge("Multiply") {}
  Variable forward(const std::vector<Variable>& inputs, const Context& context) const override;
};

/// The mean.
class Average final : public Merge {
 public:
  Average() : Merge("Average") {}
  Variable forward(const std::vector<Variable>& inputs, const Context& context) const override;
};

/// The largest.
class Maximum final : public Merge {
 public:
  Maximum() : Merge("Maximum") {}
  Variable forward(const std::vector<Variable>& inputs, const Context& context) const override;
};

/// Two or more inputs beside each other along an axis of one example (-1: the last), in whose
/// length alone they may differ.
class Concatenate final : public Layer {
 public:
  explicit Concatenate(std::int64_t axis = -1) : axis_(axis) {}
  Shape build(const std::vector<Shape>& inputs, Initializer& initializer) override;
  Variable forward(const std::vector<Variable>& inputs, const Context& context) const override;
  std::int64_t axis() const { return axis_; }

 private:
  std::int64_t axis_;
};

}  // namespace tutti
