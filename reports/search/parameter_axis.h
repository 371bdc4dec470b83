#pragma once
#include <string>
#include <vector>

#include "search/distribution.h"

namespace tutti {

/// A parameter's range on paper, 0 … 1 from its low to its high; choices stand evenly.
class ParameterAxis {
 public:
  explicit ParameterAxis(Distribution distribution) : distribution_(std::move(distribution)) {}

  double share(double value) const;

  struct Tick {
    double share;
    std::string label;
  };
  std::vector<Tick> ticks(int most) const;  // of numbers; all choices

 private:
  Distribution distribution_;
};

}  // namespace tutti
