#include "reports/axis.h"

#include <algorithm>
#include <cmath>

#include "kernels/support/text.h"

namespace tutti {
namespace {

/// The smallest of 1, 2, 5 times a power of ten that is not below `step` (Heckbert's nice numbers).
double nice_step(double step) {
  const double power = std::pow(10, std::floor(std::log10(step)));
  for (const double digit : {1, 2, 5})
    if (digit * power >= step * (1 - 1e-9)) return digit * power;
  return 10 * power;
}

Ticks ticks_at(double low, double high, double step) {
  Ticks ticks;
  ticks.step = step;
  const double slack = 1e-9;  // of a step, for what rounding does to the ends
  const double first = std::ceil(low / step - slack), last = std::floor(high / step + slack);
  for (double i = first; i <= last; ++i) ticks.values.push_back(i * step);
  return ticks;
}

/// The digits times every power of 10^decades, from low to high.
std::vector<double> log_steps(double low, double high, const std::vector<double>& digits,
                              int decades) {
  const double slack = 1e-9, factor = std::pow(10, decades);
  std::vector<double> values;
  double power = std::pow(factor, std::floor(std::log10(low) / decades + slack));
  for (; power <= high * (1 + slack); power *= factor)
    for (const double digit : digits)
      if (digit * power >= low * (1 - slack) && digit * power <= high * (1 + slack))
        values.push_back(digit * power);
  return values;
}

}  // namespace

std::string Ticks::label(double value) const {
  if (step >= 1e6 || step < 1e-6) return significant(value);
  const int decimals = static_cast<int>(std::max(0.0, -std::floor(std::log10(step) + 1e-9)));
  return fixed(value, decimals);
}

Ticks nice_ticks(double low, double high, int most) {
  return ticks_at(low, high, nice_step((high - low) / (most - 1)));
}

Ticks whole_ticks(double low, double high, int most) {
  return ticks_at(low, high, std::max(1.0, nice_step((high - low) / (most - 1))));
}

std::vector<double> log_ticks(double low, double high, int most) {
  std::vector<double> values = log_steps(low, high, {1, 2, 5}, 1);
  for (int decades = 1; static_cast<int>(values.size()) > most; ++decades)
    values = log_steps(low, high, {1}, decades);
  return values;
}

}  // namespace tutti
