#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/adam.h"
#include "engine/error.h"
#include "engine/sequential.h"
#include "models/examples.h"
#include "models/history.h"

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

  /// A learning rate for each member.
  void set_rates(const std::vector<double>& rates) { adam_.set_rates(rates); }

  /// One step on rows [M B] of x and its labels, member after member.
  StepResult step(const Tensor& x, const std::vector<std::int32_t>& labels,
                  const std::vector<std::int32_t>& rows);

 private:
  Sequential& model_;
  Adam adam_;
  Tensor dropout_keys_;
  std::int64_t steps_ = 0;
};

/// A loss that is not finite.
struct Diverged : Error {
  using Error::Error;
};

struct TrainOptions {
  int epochs = 15;
  int batch_size = 32;
  double learning_rate = 1e-4;
  std::vector<double> learning_rates = {};  // of each member, instead of the one for all
  /// After every step: epochs from 1, steps from 1.
  std::function<void(int epoch, std::int64_t step, std::int64_t steps)> on_step = {};
  /// After every epoch, when its loss and validation loss are known to be finite.
  std::function<void(int epoch, const std::vector<EpochResult>& members)> on_epoch = {};
  /// Set (by Ctrl-C, say) to end after the current step.
  const std::atomic<bool>* stop = nullptr;
};

/// Trains all members of a built model at once, each on its own rows in its own order, with Adam
/// and the cross-entropy. Validation, if there are any rows, after every epoch. Losses include the
/// L2 terms, as in Keras. Errors: a batch larger than a member's rows; Diverged (names member,
/// epoch and step). Returns the finished epochs: fewer than asked for if `stop` was set.
History train(Sequential& model, const std::vector<RandomStream>& members,
              const MemberExamples& training, const MemberExamples& validation,
              const TrainOptions& options);

}  // namespace tutti
