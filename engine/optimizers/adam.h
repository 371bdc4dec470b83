#pragma once
#include <vector>

#include "engine/layers/layer.h"

namespace tutti {

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-7;  // Keras' default
};

/// What Adam remembers of one member, parameter after parameter of those that are trained.
struct AdamMemory {
  std::int64_t steps = 0;
  std::vector<std::vector<float>> m, v;  // running means of the gradient and of its square
};

/// Adam as Keras computes it, for every member side by side.
class Adam {
 public:
  Adam(const std::vector<Parameter>& parameters, const AdamOptions& options);

  /// Moves every parameter along its gradient.
  void step();

  /// A step in parts, for one that is recorded: the next step's learning rates [M], corrected
  /// against the bias of the first means, are set; the parameters moved; and the step counted.
  void set_next_rates(Tensor& rates) const;
  void move(const Tensor& rates);
  void count_step();

  AdamMemory memory(std::int64_t member) const;
  /// Goes on from there; an Error if it is not of these parameters.
  void set_memory(std::int64_t member, const AdamMemory& memory);

  /// Goes on with some members alone, or with those of another Adam beside its own; `parameters`
  /// are the model's, changed likewise.
  void select_members(const std::vector<Parameter>& parameters,
                      const std::vector<std::int64_t>& members);
  void append_members(const std::vector<Parameter>& parameters, const Adam& other);

 private:
  struct State {
    Variable parameter;
    Tensor m, v;  // running means of the gradient and of its square
  };
  struct Member {
    double learning_rate;
    std::int64_t steps = 0;
  };
  void follow(std::vector<Parameter> parameters);

  std::vector<State> states_;
  AdamOptions options_;
  std::vector<Member> members_;
};

}  // namespace tutti
