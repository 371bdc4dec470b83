#include "reports/search/parameter_axis.h"

#include <cmath>

#include "kernels/support/text.h"
#include "reports/axis.h"

namespace tutti {

double ParameterAxis::share(double value) const {
  const Distribution& d = distribution_;
  if (d.single()) return 0.5;
  if (!d.numerical()) return (value + 0.5) / static_cast<double>(d.choices.size());
  if (d.log) return (std::log(value) - std::log(d.low)) / (std::log(d.high) - std::log(d.low));
  return (value - d.low) / (d.high - d.low);
}

std::vector<ParameterAxis::Tick> ParameterAxis::ticks(int most) const {
  const Distribution& d = distribution_;
  std::vector<Tick> ticks;
  if (!d.numerical()) {
    for (std::size_t i = 0; i < d.choices.size(); ++i)
      ticks.push_back({share(static_cast<double>(i)), d.choices[i].dump()});
  } else if (d.single()) {
    ticks.push_back({0.5, significant(d.low)});
  } else if (d.log) {
    for (double power = std::pow(10, std::ceil(std::log10(d.low) - 1e-9)); power <= d.high * 1.001;
         power *= 10)
      ticks.push_back({share(power), significant(power)});
    if (ticks.size() < 2) ticks = {{0, significant(d.low)}, {1, significant(d.high)}};
  } else {
    const bool whole = d.kind == Distribution::Kind::integer;
    const Ticks nice = whole ? whole_ticks(d.low, d.high, most) : nice_ticks(d.low, d.high, most);
    for (const double value : nice.values) ticks.push_back({share(value), nice.label(value)});
  }
  return ticks;
}

}  // namespace tutti
