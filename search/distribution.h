#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace tutti {

/// The values that a parameter may take, in Optuna's terms. A value is kept as Optuna's storage
/// keeps it: a number as it is, a categorical as the index of its choice.
struct Distribution {
  enum class Kind { integer, real, categorical };

  Kind kind = Kind::real;
  double low = 0, high = 1;  // both possible
  double step = 0;           // from low on; 0 is any real number, integers have at least 1
  bool log = false;
  std::vector<nlohmann::json> choices;

  bool numerical() const { return kind != Kind::categorical; }
  /// Whether one value alone is possible.
  bool single() const;
  /// The values to be had, lowest first; an empty list if they cannot be counted.
  std::vector<double> values() const;
  /// Whether a value is possible.
  bool contains(double value) const;
  /// The nearest possible value.
  double rounded(double value) const;
  /// The ends for drawing and for densities: half a step further out, and logarithms where `log`.
  double inner_low() const;
  double inner_high() const;

  bool operator==(const Distribution&) const = default;
};

/// The value as people write it: a number, or the choice.
nlohmann::json external(const Distribution& distribution, double value);
/// The other way round; nothing if the value is not possible.
std::optional<double> internal(const Distribution& distribution, const nlohmann::json& value);

/// The form in Optuna's storage: {"name": "IntDistribution", "attributes": {…}}.
nlohmann::json to_optuna(const Distribution& distribution);
/// An Error says what is wrong with it.
Distribution from_optuna(const nlohmann::json& document);

}  // namespace tutti
