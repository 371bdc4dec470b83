#pragma once
#include <cmath>
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

/// For an axis of logarithms: 1, 2 and 5 times every power of ten; where these are more than
/// `most`, powers of ten alone, evenly spaced.
std::vector<double> log_ticks(double low, double high, int most);

/// Maps values from low … high to from … to on the paper.
struct Scale {
  double low, high, from, to;
  double operator()(double value) const {
    return from + (value - low) / (high - low) * (to - from);
  }
};

/// The same, equal factors as equal distances.
struct LogScale {
  double low, high, from, to;
  double operator()(double value) const {
    return from + std::log(value / low) / std::log(high / low) * (to - from);
  }
};

}  // namespace tutti
