#pragma once
#include <vector>

#include "engine/layers/layer.h"

namespace tutti {

/// An exponential moving average of the trained weights of all members, as Keras' use_ema keeps it:
/// average = decay average + (1 - decay) weight after every step, at first the weights themselves.
/// Buffers of layers, such as the means of batch normalization, are averages already.
class WeightAverage {
 public:
  /// An Error if the decay is not in (0, 1).
  WeightAverage(const std::vector<Parameter>& parameters, double decay);

  /// After a step of the optimizer with these rates [M], where they are not NaN; launches kernels
  /// alone.
  void update(const Tensor& rates = {});

  /// Puts the averages in the weights' place and keeps the weights, or the other way round.
  void swap();
  bool swapped() const { return swapped_; }

  /// What is kept of a member: its averages, or its weights while they are swapped.
  std::vector<std::vector<float>> values(std::int64_t member) const;
  void set_values(std::int64_t member, const std::vector<std::vector<float>>& values);

  /// As Optimizer's; the other's averages must be swapped as its own are.
  void select_members(const std::vector<Parameter>& parameters,
                      const std::vector<std::int64_t>& members);
  void append_members(const std::vector<Parameter>& parameters, const WeightAverage& other);

 private:
  void follow(const std::vector<Parameter>& parameters);

  double decay_;
  std::vector<Variable> weights_;
  std::vector<Tensor> averages_;
  bool swapped_ = false;
};

}  // namespace tutti
