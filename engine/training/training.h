#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "engine/training/examples.h"
#include "engine/training/history.h"
#include "engine/training/trainer.h"
#include "kernels/support/error.h"

namespace tutti {

/// A loss that is not finite, of the member at this place.
struct Diverged : Error {
  template <class... Parts>
  explicit Diverged(std::int64_t place, const Parts&... parts) : Error(parts...), member(place) {}
  std::int64_t member;
};

struct TrainOptions {
  int epochs = 15;
  int batch_size = 32;
  double learning_rate = 1e-4;
  std::vector<AdamMemory> memory = {};  // of each member, to go on from
  /// After every step: epochs from 1, steps from 1.
  std::function<void(int epoch, std::int64_t step, std::int64_t steps)> on_step = {};
  /// After every epoch, when its loss and validation loss are known to be finite.
  std::function<void(int epoch, const std::vector<EpochResult>& members)> on_epoch = {};
  /// At the end of train(): what Adam remembers of each member.
  std::function<void(std::vector<AdamMemory> members)> on_end = {};
  /// Set (by Ctrl-C, say) to end after the current step.
  const std::atomic<bool>* stop = nullptr;
};

/// A built model in training, epoch by epoch: every member on its own rows in its own order, with
/// Adam and the cross-entropy. Losses include the L2 terms, as in Keras. Between epochs, members
/// may leave and others come.
class Training {
 public:
  /// An Error if a batch is larger than a member's rows.
  Training(Sequential& model, const std::vector<RandomStream>& members,
           const MemberExamples& training, const MemberExamples& validation, TrainOptions options);

  /// Trains one epoch more, and validates if there are rows to; nothing if it was stopped. Throws
  /// Diverged before the step that would change the weights: the next call goes on from there, if
  /// select_members() has dropped the member.
  std::optional<std::vector<EpochResult>> epoch();

  /// Goes on with some members alone, or with those of another Training on the same examples beside
  /// its own; both change the model. Each comes to the same bits as before.
  void select_members(const std::vector<std::int64_t>& members);
  void append_members(const Training& other);

  std::vector<AdamMemory> memory() const { return trainer_.memory(); }

 private:
  struct Member {
    std::size_t number;  // in messages
    RandomStream orders;
    double learning_rate;
    std::vector<std::int32_t> rows, validation;
    std::vector<std::int32_t> order = {};  // of the rows in this epoch
    int epoch = 0;
    double loss = 0;  // sums over the epoch's examples so far
    std::int64_t correct = 0;
  };
  void begin_epoch();
  std::vector<std::int32_t> batch(std::int64_t begin, std::int64_t end) const;
  void validate(std::vector<EpochResult>& results) const;
  [[noreturn]] void diverged(const char* what, std::size_t member) const;

  Sequential& model_;
  TrainOptions options_;
  Tensor x_, validation_x_;
  Trainer trainer_;
  std::vector<std::int32_t> validation_labels_;
  std::vector<Member> members_;
  std::int64_t size_, steps_, step_ = 0;  // rows and steps of an epoch, steps done
  bool between_epochs_ = true;
};

/// Trains all members of a built model at once, to the last epoch. Errors: as Training's. Returns
/// the finished epochs: fewer than asked for if `stop` was set.
History train(Sequential& model, const std::vector<RandomStream>& members,
              const MemberExamples& training, const MemberExamples& validation,
              const TrainOptions& options);

}  // namespace tutti
