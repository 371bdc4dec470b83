#include "search/distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/support/error.h"

namespace tutti {

using nlohmann::json;

bool Distribution::single() const {
  return numerical() ? low == high || (step > 0 && low + step > high) : choices.size() == 1;
}

std::vector<double> Distribution::values() const {
  std::vector<double> all;
  if (!numerical())
    for (std::size_t i = 0; i < choices.size(); ++i) all.push_back(static_cast<double>(i));
  else if (low == high)
    all = {low};
  else if (step > 0)
    for (double i = 0; low + i * step <= high * (1 + 1e-12); ++i) all.push_back(low + i * step);
  return all;
}

bool Distribution::contains(double value) const {
  if (!numerical())
    return value >= 0 && value < static_cast<double>(choices.size()) && value == std::floor(value);
  return value >= low && value <= high && std::abs(rounded(value) - value) <= 1e-8 * step;
}

double Distribution::rounded(double value) const {
  if (step > 0) value = low + std::nearbyint((value - low) / step) * step;
  return std::clamp(value, low, high);
}

double Distribution::inner_low() const { return log ? std::log(low - step / 2) : low - step / 2; }

double Distribution::inner_high() const {
  return log ? std::log(high + step / 2) : high + step / 2;
}

json external(const Distribution& distribution, double value) {
  switch (distribution.kind) {
    case Distribution::Kind::integer:
      return static_cast<std::int64_t>(std::llround(value));
    case Distribution::Kind::real:
      return value;
    default:
      return distribution.choices.at(static_cast<std::size_t>(value));
  }
}

std::optional<double> internal(const Distribution& d, const json& value) {
  if (!d.numerical()) {
    const auto found = std::find(d.choices.begin(), d.choices.end(), value);
    if (found == d.choices.end()) return std::nullopt;
    return static_cast<double>(found - d.choices.begin());
  }
  if (!value.is_number() || !d.contains(value.get<double>())) return std::nullopt;
  return value.get<double>();
}

json to_optuna(const Distribution& d) {
  if (!d.numerical())
    return {{"name", "CategoricalDistribution"}, {"attributes", {{"choices", d.choices}}}};
  if (d.kind == Distribution::Kind::integer)
    return {{"name", "IntDistribution"},
            {"attributes",
             {{"low", std::llround(d.low)},
              {"high", std::llround(d.high)},
              {"step", std::llround(d.step)},
              {"log", d.log}}}};
  return {{"name", "FloatDistribution"},
          {"attributes",
           {{"low", d.low},
            {"high", d.high},
            {"step", d.step > 0 ? json(d.step) : json()},
            {"log", d.log}}}};
}

Distribution from_optuna(const json& document) {
  const std::string name = document.at("name");
  const json& attributes = document.at("attributes");
  Distribution d;
  if (name == "CategoricalDistribution") {
    d.kind = Distribution::Kind::categorical;
    d.choices = attributes.at("choices").get<std::vector<json>>();
    if (d.choices.empty()) throw Error("a choice among nothing");
    return d;
  }
  if (name != "IntDistribution" && name != "FloatDistribution")
    throw Error("a distribution called '", name, "', which is not known here");
  d.kind = name == "IntDistribution" ? Distribution::Kind::integer : Distribution::Kind::real;
  d.low = attributes.at("low");
  d.high = attributes.at("high");
  d.step = attributes.at("step").is_null() ? 0 : attributes["step"].get<double>();
  d.log = attributes.at("log");
  if (!std::isfinite(d.low) || !std::isfinite(d.high) || d.low > d.high)
    throw Error("a range from ", d.low, " to ", d.high);
  if (!(d.step >= 0) || (d.kind == Distribution::Kind::integer && d.step < 1))
    throw Error("a range in steps of ", d.step);
  if (d.log && !(d.inner_low() > -std::numeric_limits<double>::infinity()))
    throw Error("a logarithmic range from ", d.low);
  return d;
}

}  // namespace tutti
