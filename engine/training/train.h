#pragma once
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/training/training.h"

namespace tutti {

struct TrainResult {
  /// Of all members. One that stopped early repeats its best epoch; one that diverged is NaN.
  History history;
  std::vector<OptimizerState> optimizer_state;  // of each member
  struct DivergedMember {
    std::int64_t member;
    std::string message;
  };
  std::vector<DivergedMember> diverged;
  bool stopped = false;  // before the last epoch, by the token
};

/// Trains all members of a built model at once, to the last epoch or until all have stopped early.
/// Errors: as Training's. The model is left with every member's last weights, or its best with
/// early stopping; the history holds the finished epochs. While the observer is told of an epoch,
/// the model holds the members that are still training alone.
///
/// Of all processes of the world: each trains its share of the members, to the same bits. The
/// root's observer is told of all members (the model then holds the root's), the root alone returns
/// every optimizer's state, and all else is the same everywhere.
///
/// With `from`, of the same model, data and options, it goes on to the same bits as if it had never
/// ended; an Error if it is of another model.
TrainResult train(Model& model, const TrainData& data, const TrainOptions& options,
                  std::stop_token stop = {}, const TrainObserver& observer = {},
                  const TrainCheckpoint* from = nullptr);

}  // namespace tutti
