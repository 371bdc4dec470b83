#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/training/examples.h"
#include "engine/training/history.h"
#include "engine/training/train_state.h"
#include "engine/training/trainer.h"
#include "kernels/support/error.h"

namespace tutti {

/// A loss that is not finite: of the member at this place of a Training, of this one to train().
struct Diverged : Error {
  template <class... Parts>
  explicit Diverged(std::int64_t place, const Parts&... parts) : Error(parts...), member(place) {}
  std::int64_t member;
};

/// What members learn from: the streams of their random numbers, and each one's rows.
struct TrainData {
  std::vector<RandomStream> members;
  MemberExamples training, validation;  // no rows to validate on: not validated
  std::int64_t first_member = 0;        // the first one's number, in messages
};

struct TrainOptions {
  int epochs = 15;
  int batch_size = 32;
  Schedule learning_rate = 1e-4;  // of each member's own steps
  OptimizerOptions optimizer = AdamOptions{};
  LossOptions loss = {};
  /// The decay of a moving average of the weights, which is what is validated, saved and left in
  /// the model; 0: none.
  double weight_average = 0;
  std::int64_t shards = 0;  // data-parallel: see TrainerOptions
  bool drop_last = false;   // the batch of what is left over
  bool stream = false;      // for data larger than the device's memory: see LoaderOptions
  Augment augment = {};
  std::optional<ReduceOnPlateau> reduce_on_plateau = {};
  std::optional<EarlyStopping> early_stopping = {};
  /// A member that diverges leaves, and the others go on; otherwise train() throws Diverged.
  bool drop_diverged = false;
  std::vector<OptimizerState> optimizer_state = {};  // of each member, to go on from
};

/// Progress, told as it happens.
struct TrainObserver {
  /// After every step: epochs from 1, steps from 1. A GPU may be some dozens of steps behind, so a
  /// step may be told of again, once one before it turns out to have diverged.
  std::function<void(int epoch, std::int64_t step, std::int64_t steps)> on_step = {};
  /// After every epoch, when its loss and validation loss are known to be finite.
  std::function<void(int epoch, const std::vector<EpochResult>& members)> on_epoch = {};
  /// train() tells of a state to go on from: after every epoch, when it is stopped, and after a
  /// step for which `checkpoint_due` says so.
  std::function<void(const TrainCheckpoint& checkpoint)> on_checkpoint = {};
  std::function<bool()> checkpoint_due = {};
};

/// A built model in training, epoch by epoch: every member on its own rows in its own order, with
/// the cross-entropy. Losses include the L2 terms, as in Keras. Between epochs, members may leave
/// and others come.
class Training {
 public:
  /// An Error if an option is out of range.
  Training(Model& model, const TrainData& data, const TrainOptions& options,
           std::stop_token stop = {});

  /// Trains one epoch more, and validates if there are rows to; nothing if it was stopped. Throws
  /// Diverged, the weights as they were before that step: the next call goes on from there, if
  /// select_members() has dropped the member. So do state(), place() and select_members().
  std::optional<std::vector<EpochResult>> epoch(const TrainObserver& observer = {});

  /// Whether the member at this place has trained for as long as early stopping lets it.
  bool finished(std::int64_t member) const;
  /// Puts the weights and the optimizer's state of the best epoch in the member's place.
  void restore_best(std::int64_t member);
  /// What that epoch came to.
  const EpochResult& best(std::int64_t member) const {
    return members_.at(static_cast<std::size_t>(member)).stopping.result;
  }

  /// Goes on with some members alone, or with those of another Training on the same examples beside
  /// its own; both change the model. Each comes to the same bits as before.
  void select_members(const std::vector<std::int64_t>& members);
  void append_members(const Training& other);

  OptimizerState optimizer_state(std::int64_t member) const {
    return trainer_.optimizer_state(member);
  }
  /// All there is of the member at this place to go on from, to the same bits.
  MemberState state(std::int64_t member);
  PlaceInEpoch place();
  /// Of every member, then the place. An Error if a state is not of this model and optimizer.
  void set_state(std::int64_t member, const MemberState& state);
  void set_place(const PlaceInEpoch& place);

 private:
  struct Member {
    std::size_t number;  // in messages
    Schedule learning_rate;
    std::vector<std::int32_t> validation;
    ReduceOnPlateau::State plateau = {};
    EarlyStopping::State stopping = {};
    double loss = 0;  // sums over the epoch's examples so far
    std::int64_t correct = 0;
  };
  void check(const TrainData& data) const;
  void begin_epoch();
  double rate(std::size_t member, std::int64_t ahead) const;
  Rates rates(std::int64_t ahead) const;
  void step(const TrainObserver& observer);
  void lay_out();
  void settle();
  std::vector<EpochResult> results() const;
  void validate(std::vector<EpochResult>& results) const;
  void update_members(const std::vector<EpochResult>& results);
  [[noreturn]] void diverged(const char* what, std::size_t member) const;

  Model& model_;
  TrainOptions options_;
  std::stop_token stop_;
  DataLoader loader_;
  Tensor x_, validation_x_;
  Trainer trainer_;
  std::vector<std::int32_t> validation_labels_;
  std::vector<Member> members_;
  std::int64_t step_ = 0, examples_ = 0;  // of this epoch, done and known
  bool between_epochs_ = true;
};

}  // namespace tutti
