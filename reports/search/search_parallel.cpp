#include <algorithm>

#include "kernels/support/text.h"
#include "reports/search/parameter_axis.h"
#include "reports/search/search_charts.h"
#include "reports/search/search_parts.h"

namespace tutti {
namespace {

using namespace chart;

constexpr Box parallel_plot{84, 112, 650, 316};

void draw_axis(Canvas& canvas, double x, const std::string& name,
               const std::vector<ParameterAxis::Tick>& ticks) {
  canvas.line({{x, parallel_plot.top}, {x, parallel_plot.bottom()}}, {.color = muted});
  canvas.text({x, parallel_plot.bottom() + 24}, name, {.size = 13, .align = Align::center});
  for (const auto& [share, label] : ticks) {
    const double y = parallel_plot.bottom() - share * parallel_plot.height;
    canvas.line({{x - 4, y}, {x, y}}, {.width = 0.75, .color = muted});
    // White below the number, so that it reads over the lines.
    const TextStyle style{.size = 10.5, .color = muted, .align = Align::right};
    const double wide = text_width(label, style);
    canvas.box({x - 9 - wide, y - 7, wide + 4, 14}, with_alpha(white, 0.8));
    canvas.text({x - 7, y}, label, style);
  }
}

}  // namespace

void draw_parallel(const std::filesystem::path& path, const SearchReport& report) {
  Canvas canvas(path, width, height);
  draw_heading(
      canvas, "Parallel coordinates: " + report.study,
      "one line per complete trial, the darker the better; absent parameters are left out");
  auto trials = trials_with_value(report);
  std::erase_if(trials, [](const Trial* trial) { return trial->state != TrialState::complete; });
  if (trials.empty()) {
    draw_nothing(canvas);
    canvas.save();
    return;
  }
  std::stable_sort(trials.begin(), trials.end(), [&](const Trial* a, const Trial* b) {
    return better(*b->value, *a->value, report.direction);  // the best are drawn last
  });
  const Scale value = value_scale(trials, parallel_plot);
  const double worst = *trials.front()->value, best = *trials.back()->value;
  const auto axes = static_cast<double>(report.importance.size());
  const auto x_of = [&](std::size_t axis) {
    return parallel_plot.left + parallel_plot.width * static_cast<double>(axis) / axes;
  };
  for (const Trial* trial : trials) {
    const double share = best == worst ? 1 : (*trial->value - worst) / (best - worst);
    std::vector<Point> line = {{parallel_plot.left, value(*trial->value)}};
    for (std::size_t i = 0; i < report.importance.size(); ++i) {
      const std::string& name = report.importance[i].first;
      if (const auto found = trial->params.find(name); found != trial->params.end())
        line.push_back(
            {x_of(i + 1), parallel_plot.bottom() -
                              parallel_plot.height *
                                  ParameterAxis(report.parameters.at(name)).share(found->second)});
    }
    canvas.line(line, {.width = 1.25, .color = with_alpha(heat(0.12 + 0.88 * share), 0.75)});
  }
  std::vector<ParameterAxis::Tick> ticks;
  const Ticks nice = nice_ticks(value.low, value.high, 7);
  for (const double v : nice.values)
    ticks.push_back({(v - value.low) / (value.high - value.low), nice.label(v)});
  draw_axis(canvas, parallel_plot.left, report.objective, ticks);
  for (std::size_t i = 0; i < report.importance.size(); ++i) {
    const std::string& name = report.importance[i].first;
    draw_axis(canvas, x_of(i + 1), name, ParameterAxis(report.parameters.at(name)).ticks(7));
  }
  canvas.save();
}

}  // namespace tutti
