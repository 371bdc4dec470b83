#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/ops/ops.h"
#include "kernels/support/random.h"

namespace tutti {

/// A tensor that training changes, for all members: [M, …].
struct Parameter {
  std::string name;  // as Keras calls it: "kernel", "bias"
  Variable variable;
  double l2 = 0;          // coefficient of its squares in the loss
  bool trainable = true;  // by gradients; a moving average is not
  bool absent = false;    // only a constant in its place
};

/// Makes the parameters of all members. Each member draws from its own stream, one derived stream a
/// parameter, so that no member's values depend on which others there are.
class Initializer {
 public:
  Initializer(std::vector<RandomStream> streams, DType type, Device device)
      : streams_(std::move(streams)),
        members_(static_cast<std::int64_t>(streams_.size())),
        type_(type),
        device_(device) {}
  /// Nothing is drawn: what would be is zero, until it is loaded.
  Initializer(std::int64_t members, DType type, Device device)
      : members_(members), type_(type), device_(device) {}

  /// Uniform in ±sqrt(6 / (fan_in + fan_out)); shape is one member's. Glorot, Bengio (AISTATS
  /// 2010).
  Parameter glorot_uniform(std::string name, const Shape& shape, std::int64_t fan_in,
                           std::int64_t fan_out);
  Parameter zeros(std::string name, const Shape& shape) const;
  /// Zeros where a layer has no such parameter: neither trained nor kept in files.
  Parameter absent(std::string name, const Shape& shape) const;
  /// A value that training by gradients leaves alone.
  Parameter not_trained(std::string name, const Shape& shape, double value) const;
  /// The same values for every member: value(i) in place i.
  Parameter values(std::string name, const Shape& shape,
                   const std::function<double(std::int64_t i)>& value) const;
  /// A matrix [rows, columns] with orthonormal rows or columns, whichever are fewer: the Q of a
  /// random normal matrix's QR factors, as Keras makes it. Saxe, McClelland, Ganguli (2014).
  Parameter orthogonal(std::string name, std::int64_t rows, std::int64_t columns);

  /// 0, 1, 2 …: tells the dropout layers of a model apart.
  std::uint64_t next_dropout() { return dropouts_++; }

 private:
  Shape with_members(const Shape& shape) const;
  /// A parameter whose values for each member are those that draw(member's stream) returns.
  template <class Draw>
  Parameter parameter(std::string name, const Shape& shape, Draw draw) const;

  std::vector<RandomStream> streams_;
  std::int64_t members_;
  DType type_;
  Device device_;
  std::uint64_t drawn_ = 0;  // parameters so far
  std::uint64_t dropouts_ = 0;
};

/// What layers know about the pass they take part in.
struct Context {
  bool training = false;
  Tensor dropout_draws;        // int32 [M, 3], when training
  bool leave_softmax = false;  // of the last layer: to the loss, which does both in one
  /// Where changes of parameters wait that a training pass makes; without it they happen at once.
  std::vector<std::function<void()>>* changes = nullptr;
};

/// A member's stream for dropout, and its steps so far.
struct DropoutState {
  RandomStream stream;
  std::int64_t steps = 0;
};

/// What dropout draws with in the next step, three words a member: see kernels::DropoutDraw.
std::vector<std::int32_t> dropout_draws(const std::vector<DropoutState>& members);

/// A function with parameters. Shapes given to and by build() are those of one example.
class Layer {
 public:
  virtual ~Layer() = default;

  /// Creates the parameters for inputs of this shape; returns the shape of the outputs. An Error if
  /// the layer cannot take such inputs.
  virtual Shape build(const Shape& input, Initializer& initializer) = 0;

  /// [M, B, input shape] -> [M, B, output shape]
  virtual Variable forward(const Variable& x, const Context& pass) const = 0;
  /// The same for the batch that a model starts from.
  virtual Variable forward(const Batch& batch, const Context& pass) const;
  /// This layer and the next one, where one operation does both.
  virtual std::optional<Variable> forward_with(const Layer& next, const Batch& batch,
                                               const Context& pass) const;

  const std::vector<Parameter>& parameters() const { return parameters_; }

  /// Whether training changes the parameters; to be set before a model is built.
  bool trainable() const { return trainable_; }
  void set_trainable(bool trainable) { trainable_ = trainable; }
  /// After build() of a layer that is not trainable: no gradient reaches its parameters.
  void freeze();

  /// Goes on with some members alone, or with the members of a layer of the same shapes beside its
  /// own.
  void select_members(const std::vector<std::int64_t>& members);
  void append_members(const Layer& other);

 protected:
  std::vector<Parameter> parameters_;

 private:
  bool trainable_ = true;
};

/// What follows a layer's sum: a function of each number, or a softmax along the last axis.
struct Activation {
  ActivationFunction function;
  bool is_softmax = false;

  bool operator==(const Activation&) const = default;

  static const Activation linear, relu, softmax;
};
inline constexpr Activation Activation::linear{};
inline constexpr Activation Activation::relu{{ActivationFunction::Kind::relu}};
inline constexpr Activation Activation::softmax{{}, true};

Variable activate(const Activation& activation, const Variable& x, const Context& pass);

}  // namespace tutti
