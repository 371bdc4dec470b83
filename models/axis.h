#pragma once
#include <string>
#include <vector>

namespace tutti {

/// Round numbers, 1, 2 or 5 times a power of ten apart, at most `most` of them (and at least 2 if
/// the range allows) from `low` to `high`.
struct Ticks {
  std::vector<double> values;
  double step = 1;

  std::string label(double value) const;  // with the decimals that the step needs
};
Ticks nice_ticks(double low, double high, int most);

/// Ticks at whole numbers only.
Ticks whole_ticks(double low, double high, int most);

/// Maps values from low … high to from … to on the paper.
struct Scale {
  double low, high, from, to;
  double operator()(double value) const {
    return from + (value - low) / (high - low) * (to - from);
  }
};

}  // namespace tutti
