#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "search/study.h"

namespace tutti {

/// What there is to say of a study.
struct SearchReport {
  std::string study, objective;
  Direction direction = Direction::maximize;
  std::vector<Trial> trials;
  std::map<std::string, Distribution> parameters;          // that a trial has
  std::vector<std::pair<std::string, double>> importance;  // of each, most important first
};

SearchReport describe(Study& study);

/// The trials that ended with a finite value, complete or pruned, in the order of their numbers.
std::vector<const Trial*> trials_with_value(const SearchReport& report);

}  // namespace tutti
