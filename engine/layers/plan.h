#pragma once
#include <optional>

#include "engine/layers/activation.h"

namespace tutti {

class Conv2D;
class Model;

/// The layers of a built model in the order in which they run, those of nested models among them.
/// The one place where layers are fused, that is, computed together by one operation:
///   rows of bytes + Rescaling                    gather with scale and offset
///   … + Conv2D                                   conv2d of gathered bytes
///   … + ReLU + maximum over pairs of rows        conv2d_relu_pool
///   a softmax at the end + the loss              the logits, to softmax_cross_entropy
/// (The gradient of a dense layer's weights and Adam's step: engine/gradient.h.)
class Plan {
 public:
  /// Of a model that is built and lives as long as the plan.
  explicit Plan(const Model& model);

  enum class Ending { outputs, logits };  // logits: before the softmax at the end, if there is one
  Variable run(std::vector<Variable> inputs, const Context& context, Ending ending) const;
  Variable run(const Batch& batch, const Context& context, Ending ending) const;

 private:
  using Value = std::size_t;
  struct Step {
    const Layer* layer;
    std::vector<Value> inputs;
    Value output;
    std::vector<Value> released;  // values that no later step needs
  };
  /// What is done as the rows of a data set of bytes are read, in place of the first steps.
  struct Front {
    std::size_t steps = 0;
    double scale = 1, offset = 0;
    const Conv2D* convolution = nullptr;
    bool pooled = false;
  };

  Value append(const Model& model, const std::vector<Value>& inputs);
  void release_early();
  bool feeds_only(Value value, std::size_t step) const;
  Front fuse_front() const;
  void expect_inputs(std::size_t count) const;
  Variable read(const Batch& batch) const;
  Variable run_from(std::size_t first, std::vector<Variable> values, const Context& context,
                    Ending ending) const;

  std::vector<Step> steps_;
  std::size_t inputs_ = 0, values_ = 0;  // how many there are; the inputs are the first values
  Value output_ = 0;
  DType type_ = DType::float32;
  Front front_;
};

}  // namespace tutti
