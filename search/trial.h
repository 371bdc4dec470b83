#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernels/support/enum_names.h"
#include "search/space.h"

namespace tutti {

enum class Direction { minimize, maximize };
enum class TrialState { running, complete, pruned, fail, waiting };
template <>
inline constexpr EnumNames<TrialState> enum_names<TrialState> = {
    "a state of a trial",
    {{TrialState::running, "running"},
     {TrialState::complete, "complete"},
     {TrialState::pruned, "pruned"},
     {TrialState::fail, "failed"},
     {TrialState::waiting, "waiting"}}};

/// One set of values and what came of it.
struct Trial {
  std::int64_t id = 0;      // in the storage
  std::int64_t number = 0;  // in the study, from 0
  TrialState state = TrialState::running;
  Params params;
  nlohmann::json fixed;  // of a waiting trial: values that it is to have, as people write them
  std::optional<double> value;                  // of the objective
  std::map<std::int64_t, double> intermediate;  // the objective by step, from 0
  std::string error;     // why it failed, if it did by itself and was not killed
  bool watched = false;  // has heartbeats: if its process dies, that will be noticed
};

inline bool better(double a, double b, Direction direction) {
  return direction == Direction::maximize ? a > b : a < b;
}

/// Whether it counts toward the trials that a search is to make: it ended, or will.
bool counts(const Trial& trial);

/// The first complete trial with the best value; null if none is complete.
const Trial* best_trial(const std::vector<Trial>& trials, Direction direction);

}  // namespace tutti
