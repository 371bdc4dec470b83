#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/captured_graph.h"
#include "engine/layers/model.h"
#include "engine/optimizers/any_optimizer.h"
#include "engine/optimizers/weight_average.h"
#include "engine/training/data_loader.h"

namespace tutti {

/// How the cross-entropy of a batch is made, where a hook has set no targets.
struct LossOptions {
  double label_smoothing = 0;  // share of every target that is spread over all classes
  /// The loss of each example times that of its class, as Keras' class_weight; none: all 1.
  std::vector<double> class_weights = {};

  bool plain() const { return label_smoothing == 0 && class_weights.empty(); }
};

struct TrainerOptions {
  OptimizerOptions optimizer = AdamOptions{};
  LossOptions loss = {};
  double weight_average = 0;  // the decay of a moving average of the weights; 0: none
  /// Each batch is cut into so many parts, dealt out to the processes of the world (of all, then):
  /// their gradients are summed as a TreeSum does, to the same bits for any number of processes.
  /// Layers see a part at a time: batch normalization its statistics. 0: batches are not cut.
  std::int64_t shards = 0;
};

/// A built model in training: the optimizer, the members' random keys and counts of steps. Lives as
/// long as the model at its address.
class Trainer {
 public:
  /// x [examples, …] is on the model's device, and undefined if every batch brings its own;
  /// `labels` are those of all examples.
  Trainer(Model& model, const std::vector<RandomStream>& members, Tensor x,
          std::vector<std::int32_t> labels, const TrainerOptions& options = {});
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  /// What a step found before it changed the weights, for each member.
  struct StepResult {
    std::vector<float> loss;            // mean over the batch, with the L2 terms
    std::vector<std::int64_t> correct;  // of the batch
    bool finite = false;                // if not, nothing was changed
  };

  /// One step on rows [M B] of x, member after member, or on a batch with x of its own.
  StepResult step(const std::vector<std::int32_t>& rows, const Rates& rates);
  StepResult step(const MemberBatch& batch, const Rates& rates);

  /// The same for several steps, without a wait for the device between them: they are laid out,
  /// each with its rates, then taken one by one. Of batches that are cut into shards, one.
  void lay_out(std::vector<MemberBatch> batches, std::vector<Rates> rates);
  void take_step();
  std::int64_t laid_out() const { return std::ssize(laid_out_) - taken_steps(); }  // not yet taken
  std::int64_t taken_steps() const { return static_cast<std::int64_t>(taken_); }
  /// Of the steps taken since, to the first that is not finite: it and those after it have changed
  /// nothing. What is still laid out is dropped. Until then, everything below is out of date.
  std::vector<StepResult> results();

  OptimizerState optimizer_state(std::int64_t member) const { return optimizer_->state(member); }
  void set_optimizer_state(std::int64_t member, const OptimizerState& state) {
    optimizer_->set_state(member, state);
  }

  /// Whether the model holds the moving average of its weights, if there is one: to validate and to
  /// save, not while it is trained.
  void show_average(bool shown);
  /// The weights that it does not hold; none without an average.
  std::vector<std::vector<float>> hidden_weights(std::int64_t member) const;
  void set_hidden_weights(std::int64_t member, const std::vector<std::vector<float>>& values);

  /// Steps that a member has taken here, for one that goes on from a saved state.
  std::int64_t steps(std::int64_t member) const;
  void set_steps(std::int64_t member, std::int64_t steps);

  /// Goes on with some members alone, or with those of another Trainer on the same examples beside
  /// its own; both change the model.
  void select_members(const std::vector<std::int64_t>& members);
  void append_members(const Trainer& other);

 private:
  /// Steps on batches of one size, on the same tensors each time.
  struct Step {
    Tensor numbers = {};                                // int32, new in every step:
    Tensor rows = {}, labels = {}, dropout_draws = {};  // parts of it
    Tensor x = {}, targets = {};  // [M B, …], new in every step, where batches bring them
    Tensor ones = {};             // [M]
    Tensor class_weights = {};    // [M, K]
    Variable loss = {};
    Tensor probabilities = {};
    std::vector<std::function<void()>> changes = {};  // of layers, beside those of the optimizer
    CapturedGraph work = {};
  };
  /// Of the steps that are laid out: see begin_step and judge_step in kernels/operations.h.
  struct Tables {
    Tensor all, next, numbers;  // int32: both of these
    Tensor rates, outcomes;
  };
  std::int64_t numbers_of(std::int64_t rows) const;
  Step& step_on(const MemberBatch& batch);
  std::vector<std::int32_t> numbers(const MemberBatch& batch,
                                    const std::vector<DropoutState>& members) const;
  static void set_examples(Step& step, const MemberBatch& batch);
  Tensor targets(const Step& step) const;
  void set_loss(Step& step);
  void whole_step(Step& step);
  StepResult sharded_step(const MemberBatch& batch, const Rates& rates);
  void make_tables(std::int64_t steps, std::int64_t row);
  void forget_steps();

  Model& model_;
  std::unique_ptr<Optimizer> optimizer_;
  LossOptions loss_;
  std::int64_t shards_;
  std::optional<WeightAverage> average_;
  Tensor x_;
  std::vector<std::int32_t> labels_;
  std::vector<DropoutState> members_;
  std::map<std::int64_t, Step> steps_;  // by the examples of a member
  bool done_directly_ = false;          // a step was, so that others may be recorded
  Tables tables_;
  std::vector<MemberBatch> laid_out_;
  std::vector<Rates> rates_;  // of those
  std::size_t taken_ = 0;     // of those
  StepResult sharded_;        // the one that was taken
};

}  // namespace tutti
