#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/layers/initializer.h"
#include "engine/layers/parameter.h"
#include "engine/ops/ops.h"

namespace tutti {

/// What layers know about the pass they take part in.
struct Context {
  bool training = false;
  Tensor dropout_draws;  // int32 [M, 3], when training
  /// Where changes of buffers wait that a training pass makes; without it they happen at once.
  std::vector<std::function<void()>>* changes = nullptr;
  Tensor rates = {};  // [M], once changes happen: NaN of a member that keeps its buffers; or none
};

/// A member's stream for dropout, and its steps so far.
struct DropoutState {
  RandomStream stream;
  std::int64_t steps = 0;
};

/// What dropout draws with in the next step, three words per member: see kernels::DropoutDraw.
std::vector<std::int32_t> dropout_draws(const std::vector<DropoutState>& members);

/// A function with parameters. To write one, override build and forward: both of the first pair, or
/// for a layer of several inputs both of the second. Shapes given to and by build are those of one
/// example; an Error if the layer cannot take such inputs. Layers within a layer are its children,
/// and all else here holds for them too.
class Layer {
 public:
  Layer() = default;
  Layer(Layer&&) = default;
  Layer& operator=(Layer&&) = default;
  virtual ~Layer() = default;

  /// Creates the parameters for inputs of this shape; returns the shape of the outputs.
  virtual Shape build(const Shape& input, Initializer& initializer);
  /// [M, B, input shape] -> [M, B, output shape]
  virtual Variable forward(const Variable& x, const Context& context) const;

  virtual Shape build(const std::vector<Shape>& inputs, Initializer& initializer);
  virtual Variable forward(const std::vector<Variable>& inputs, const Context& context) const;

  /// Its own parameters and those of its children, in the order in which they were built.
  std::vector<Parameter> parameters() const;
  const std::vector<Parameter>& own_parameters() const { return parameters_; }

  struct Child {
    std::string name;
    std::unique_ptr<Layer> layer;
  };
  const std::vector<Child>& children() const { return children_; }

  /// Whether training changes the parameters; to be set before build.
  bool trainable() const { return trainable_; }
  void set_trainable(bool trainable) { trainable_ = trainable; }
  /// After build: no gradient reaches its parameters any more.
  void freeze();

  /// Goes on with some members alone, or with the members of a layer of the same shapes beside its
  /// own.
  void select_members(const std::vector<std::int64_t>& members);
  void append_members(const Layer& other);

 protected:
  /// The value of own parameter i; an Error before build.
  const Variable& parameter(std::size_t i) const;
  /// What build found out beside parameters; an Error before it.
  template <class T>
  static const T& built(const std::optional<T>& found) {
    if (!found) fail_before_build();
    return *found;
  }
  /// Adds a child and returns it; without a name it is called by its number.
  Layer& add_child(std::unique_ptr<Layer> layer, std::string name = "");
  /// Builds a child for this input, frozen if it is not trainable.
  Shape build_child(std::size_t number, const Shape& input, Initializer& initializer);

  std::vector<Parameter> parameters_;

 private:
  [[noreturn]] static void fail_before_build();

  std::vector<Child> children_;
  bool trainable_ = true;
};

}  // namespace tutti
