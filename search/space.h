#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "search/distribution.h"

namespace tutti {

/// A trial's values by parameter; a parameter whose condition does not hold is absent.
using Params = std::map<std::string, double>;

/// A parameter of the search. With a condition it is there only if an earlier one, `parameter`, has
/// one of these values.
struct SpaceParameter {
  struct Condition {
    std::string parameter;
    std::vector<nlohmann::json> values;
    bool operator==(const Condition&) const = default;
  };
  std::string name;
  Distribution distribution;
  std::optional<Condition> when;

  bool operator==(const SpaceParameter&) const = default;
};

struct Space {
  std::vector<SpaceParameter> parameters;

  const SpaceParameter* find(const std::string& name) const;
  /// Whether a parameter is there, given the values of those before it.
  bool active(const SpaceParameter& parameter, const Params& params) const;
  bool operator==(const Space&) const = default;
};

/// The space in which some parameters can have one value alone.
Space narrowed(Space space, const Params& fixed);

/// What a command lets a search set: whole numbers or reals, and the least value that makes sense.
struct Tunable {
  std::string name;
  bool integer;
  double least;
};

/// Reads {"lr": {"type": "float", "low": 1e-5, "high": 0.1, "log": true},
///        "units": {"type": "int", "low": 8, "high": 64, "step": 8},
///        "batch": {"type": "categorical", "choices": [16, 32]},
///        "dense": {"type": "int", "low": 8, "high": 64, "when": {"dense_layers": [1, 2]}}}.
/// An Error names the parameter and what would be right.
Space parse_space(const nlohmann::ordered_json& document, const std::vector<Tunable>& tunables);
nlohmann::ordered_json to_json(const Space& space);

}  // namespace tutti
