#include "search/space.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "kernels/support/error.h"

namespace tutti {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::vector<json> list_of(const ordered_json& array) { return json(array); }

double number(const ordered_json& entry, const char* key) {
  if (!entry.contains(key)) throw Error("'", key, "' is missing");
  if (!entry[key].is_number()) throw Error("'", key, "' must be a number, not ", entry[key].dump());
  return entry[key];
}

void expect_keys(const ordered_json& entry, const std::set<std::string>& known) {
  for (const auto& [key, value] : entry.items())
    if (!known.contains(key)) throw Error("has '", key, "', which is not known here");
}

Distribution numerical(const ordered_json& entry, Distribution::Kind kind) {
  expect_keys(entry, {"type", "low", "high", "step", "log", "when"});
  const bool integer = kind == Distribution::Kind::integer;
  Distribution d{kind, number(entry, "low"), number(entry, "high"), 0, false, {}};
  d.step = entry.contains("step") ? number(entry, "step") : (integer ? 1 : 0);
  d.log = entry.value("log", false);
  if (d.low > d.high) throw Error("low ", d.low, " is above high ", d.high, "; swap them");
  if (entry.contains("step") && d.step <= 0)
    throw Error("a step of ", d.step, "; it must be above 0");
  if (d.log && d.low <= 0) throw Error("log needs a low above 0, not ", d.low);
  if (d.log && entry.contains("step")) throw Error("has log and step; only one is possible");
  if (integer)
    for (const double value : {d.low, d.high, d.step})
      if (value != std::nearbyint(value))
        throw Error(value, " is not a whole number; use \"type\": \"float\"");
  if (d.step > 0) d.high = d.low + std::floor((d.high - d.low) / d.step + 1e-9) * d.step;
  return d;
}

Distribution categorical(const ordered_json& entry) {
  expect_keys(entry, {"type", "choices", "when"});
  Distribution d;
  d.kind = Distribution::Kind::categorical;
  if (entry.contains("choices")) d.choices = list_of(entry["choices"]);
  if (d.choices.empty()) throw Error("has no choices; \"choices\": [16, 32] gives two");
  for (const auto& choice : d.choices)
    if (!choice.is_number()) throw Error("the choice ", choice.dump(), " must be a number");
  return d;
}

Distribution distribution_of(const ordered_json& entry) {
  if (!entry.is_object()) throw Error("must be an object such as {\"type\": \"int\", …}");
  const std::string type = entry.value("type", "");
  if (type == "int") return numerical(entry, Distribution::Kind::integer);
  if (type == "float") return numerical(entry, Distribution::Kind::real);
  if (type == "categorical") return categorical(entry);
  throw Error("its type is '", type, "'; it can be int, float or categorical");
}

void expect_fit(const Distribution& d, const Tunable& tunable) {
  if (tunable.integer && d.kind == Distribution::Kind::real)
    throw Error("takes whole numbers; use \"type\": \"int\"");
  const auto expect = [&](double value) {
    if (value < tunable.least) throw Error("can be ", tunable.least, " and more, not ", value);
    if (tunable.integer && value != std::nearbyint(value))
      throw Error("takes whole numbers, not ", value);
  };
  if (d.numerical()) expect(d.low);
  for (const auto& choice : d.choices) expect(choice.get<double>());
}

SpaceParameter::Condition condition_of(const ordered_json& when, const Space& before) {
  if (!when.is_object() || when.size() != 1 || !when.begin()->is_array())
    throw Error("'when' must be like {\"dense_layers\": [1, 2]}");
  const std::string& parameter = when.begin().key();
  if (!before.find(parameter))
    throw Error("its condition is on '", parameter, "', which does not stand before it");
  return {parameter, list_of(*when.begin())};
}

}  // namespace

const SpaceParameter* Space::find(const std::string& name) const {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const auto& parameter) { return parameter.name == name; });
  return found == parameters.end() ? nullptr : &*found;
}

bool Space::active(const SpaceParameter& parameter, const Params& params) const {
  if (!parameter.when) return true;
  const auto value = params.find(parameter.when->parameter);
  if (value == params.end()) return false;
  const json seen = external(find(value->first)->distribution, value->second);
  const auto& wanted = parameter.when->values;
  return std::find(wanted.begin(), wanted.end(), seen) != wanted.end();
}

Space narrowed(Space space, const Params& fixed) {
  for (auto& [name, distribution, when] : space.parameters) {
    const auto found = fixed.find(name);
    if (found == fixed.end()) continue;
    if (distribution.numerical())
      distribution.low = distribution.high = found->second;
    else
      distribution.choices = {external(distribution, found->second)};
  }
  return space;
}

Space parse_space(const ordered_json& document, const std::vector<Tunable>& tunables) {
  if (!document.is_object() || document.empty())
    throw Error("a space is an object with a parameter or more");
  Space space;
  for (const auto& [name, entry] : document.items()) try {
      const auto tunable = std::find_if(tunables.begin(), tunables.end(),
                                        [&](const auto& t) { return t.name == name; });
      if (tunable == tunables.end()) {
        std::string known;
        for (const auto& t : tunables) known += (known.empty() ? "" : ", ") + t.name;
        throw Error("is not a parameter here; there are ", known);
      }
      const Distribution distribution = distribution_of(entry);
      expect_fit(distribution, *tunable);
      SpaceParameter parameter{name, distribution, {}};
      if (entry.contains("when")) parameter.when = condition_of(entry["when"], space);
      space.parameters.push_back(std::move(parameter));
    } catch (const std::exception& problem) {
      throw Error("the parameter '", name, "': ", reason_of(problem));
    }
  return space;
}

ordered_json to_json(const Space& space) {
  ordered_json document;
  for (const auto& [name, d, when] : space.parameters) {
    ordered_json& entry = document[name];
    if (d.numerical()) {
      entry["type"] = d.kind == Distribution::Kind::integer ? "int" : "float";
      entry["low"] = external(d, d.low);
      entry["high"] = external(d, d.high);
      if (d.step > 0 && !d.log) entry["step"] = external(d, d.step);
      if (d.log) entry["log"] = true;
    } else {
      entry["type"] = "categorical";
      entry["choices"] = d.choices;
    }
    if (when) entry["when"] = {{when->parameter, when->values}};
  }
  return document;
}

}  // namespace tutti
