#include "reports/search/search_parts.h"

#include <algorithm>

namespace tutti::chart {

Scale value_scale(const std::vector<const Trial*>& trials, const Box& plot) {
  double low = *trials[0]->value, high = low;
  for (const Trial* trial : trials) {
    low = std::min(low, *trial->value);
    high = std::max(high, *trial->value);
  }
  const double spare = high > low ? 0.05 * (high - low) : 0.5;
  return {low - spare, high + spare, plot.bottom(), plot.top};
}

void draw_value_grid(Canvas& canvas, const Scale& scale, const Box& plot, const std::string& name) {
  const Ticks ticks = nice_ticks(scale.low, scale.high, 7);
  for (const double value : ticks.values) {
    const double y = scale(value);
    canvas.line({{plot.left, y}, {plot.right(), y}}, {.width = 0.75, .color = hairline});
    canvas.text({plot.left - 8, y}, ticks.label(value),
                {.size = 11, .color = muted, .align = Align::right});
  }
  canvas.line({{plot.left, plot.bottom()}, {plot.right(), plot.bottom()}}, {.color = muted});
  if (!name.empty())
    canvas.text({plot.left - 44, plot.center().y}, name,
                {.size = 13, .color = muted, .align = Align::center, .angle = 90});
}

std::string counted_trials(const SearchReport& report) {
  const auto count = [&](TrialState state) {
    return std::to_string(std::count_if(report.trials.begin(), report.trials.end(),
                                        [&](const Trial& trial) { return trial.state == state; }));
  };
  return std::to_string(report.trials.size()) + " trials: " + count(TrialState::complete) +
         " complete, " + count(TrialState::pruned) + " pruned";
}

void draw_nothing(Canvas& canvas) {
  canvas.text({width / 2, height / 2}, "no trial has a value yet",
              {.size = 13, .color = muted, .align = Align::center});
}

}  // namespace tutti::chart
