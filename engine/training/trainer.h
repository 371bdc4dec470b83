#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "engine/captured_graph.h"
#include "engine/layers/sequential.h"
#include "engine/optimizers/adam.h"

namespace tutti {

/// A built model in training: Adam's state, the members' random keys and counts of steps. Lives as
/// long as the model at its address.
class Trainer {
 public:
  /// x [examples, …] is on the model's device; `labels` are those of all examples.
  Trainer(Sequential& model, const std::vector<RandomStream>& members, Tensor x,
          std::vector<std::int32_t> labels, double learning_rate);
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  /// What a step found before it changed the weights, for each member.
  struct StepResult {
    std::vector<float> loss;            // mean over the batch, with the L2 terms
    std::vector<std::int64_t> correct;  // of the batch
    bool finite;                        // if not, nothing was changed
  };

  /// One step on rows [M B] of x, member after member.
  StepResult step(const std::vector<std::int32_t>& rows);

  /// What Adam remembers, of each member.
  std::vector<AdamMemory> memory() const;
  void set_memory(const std::vector<AdamMemory>& members);

  /// Goes on with some members alone, or with those of another Trainer on the same examples beside
  /// its own; both change the model.
  void select_members(const std::vector<std::int64_t>& members);
  void append_members(const Trainer& other);

 private:
  /// Steps on batches of one size, on the same tensors each time.
  struct Step {
    Tensor numbers;                      // int32, new in every step:
    Tensor rows, labels, dropout_draws;  // parts of it
    Tensor rates;                        // [M], new in every step
    Tensor ones;                         // [M]
    Variable loss;
    Tensor probabilities;
    std::vector<std::function<void()>> changes;  // of layers, beside those of Adam
    CapturedGraph work;                          // the loss, and the change of the weights
  };
  Step& step_of(std::int64_t batch);
  void set_loss(Step& step) const;
  void change_weights(Step& step);

  Sequential& model_;
  Adam adam_;
  Tensor x_;
  std::vector<std::int32_t> labels_;
  std::vector<DropoutState> members_;
  std::map<std::int64_t, Step> steps_;  // by the size of the batch
};

}  // namespace tutti
