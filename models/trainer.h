#pragma once
#include <cstdint>
#include <vector>

#include "engine/adam.h"
#include "engine/sequential.h"

namespace tutti {

/// A built model in training: Adam's state, the members' dropout keys and the count of steps.
class Trainer {
 public:
  Trainer(Sequential& model, const std::vector<RandomStream>& members, double learning_rate);

  /// What a step found before it changed the weights, for each member.
  struct StepResult {
    std::vector<float> loss;            // mean over the batch, with the L2 terms
    std::vector<std::int64_t> correct;  // of the batch
    bool finite;                        // if not, nothing was changed
  };

  /// One step on rows [M B] of x and its labels, member after member.
  StepResult step(const Tensor& x, const std::vector<std::int32_t>& labels,
                  const std::vector<std::int32_t>& rows);

  /// What Adam remembers, of each member.
  std::vector<AdamMemory> memory() const;
  void set_memory(const std::vector<AdamMemory>& members);

  /// Goes on with some members alone, or with those of another Trainer beside its own; both change
  /// the model. Appended ones may have made other numbers of steps if their model has no dropout,
  /// whose draws are counted by this Trainer's.
  void keep(const std::vector<std::int64_t>& members);
  void append(const Trainer& other);

 private:
  Sequential& model_;
  Adam adam_;
  Tensor dropout_keys_;
  std::int64_t steps_ = 0;
};

}  // namespace tutti
