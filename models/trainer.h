#pragma once
#include <atomic>
#include <functional>
#include <vector>

#include "engine/sequential.h"
#include "models/examples.h"
#include "models/history.h"

namespace tutti {

/// A member's random streams, one a purpose; see member_streams.
enum class Purpose : std::uint64_t { initialization, dropout, bootstrap, order };

/// The streams of `count` members from number `first` on: a member's stream depends on the seed and
/// its number alone.
std::vector<RandomStream> member_streams(std::uint64_t seed, std::int64_t count,
                                         std::int64_t first = 0);
/// The same members' streams for one purpose.
std::vector<RandomStream> streams_for(Purpose purpose, const std::vector<RandomStream>& members);

struct TrainOptions {
  int epochs = 15;
  int batch_size = 32;
  double learning_rate = 1e-4;
  /// After every step: epochs from 1, steps from 1.
  std::function<void(int epoch, std::int64_t step, std::int64_t steps)> on_step;
  /// After every epoch, when its loss and validation loss are known to be finite.
  std::function<void(int epoch, const std::vector<EpochResult>& members)> on_epoch;
  /// Set (by Ctrl-C, say) to end after the current step.
  const std::atomic<bool>* stop = nullptr;
};

/// Trains all members of a built model at once, each on its own rows of the training data
/// (`samples`, of equal lengths) in its own order, with Adam and the cross-entropy. Validation, if
/// there are any rows, after every epoch. Losses include the L2 terms, as in Keras.
/// Errors: a batch larger than a sample; a loss that is not finite (names member, epoch and step).
/// Returns the finished epochs: fewer than asked for if `stop` was set.
History train(Sequential& model, const std::vector<RandomStream>& members, const Examples& training,
              const std::vector<std::vector<std::int32_t>>& samples, const Examples& validation,
              const TrainOptions& options);

/// Every member's probabilities for the examples' rows: float32 [M, n, classes].
Tensor predict_probabilities(const Sequential& model, const Tensor& x,
                             const std::vector<std::int32_t>& rows);

}  // namespace tutti
