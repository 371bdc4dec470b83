#include <algorithm>

#include "reports/search/search_charts.h"
#include "reports/search/search_parts.h"

namespace tutti {
namespace {

using namespace chart;

constexpr Box history_plot{76, 132, 692, 296};

void draw_legend(Canvas& canvas) {
  constexpr double y = 97;
  const TextStyle style{.size = 12};
  double x = history_plot.left;
  const auto entry = [&](const std::string& name, auto mark) {
    mark();
    canvas.text({x + 16, y}, name, style);
    x += 16 + text_width(name, style) + 26;
  };
  entry("complete", [&] { canvas.dot({x + 5, y}, 3.5, blue); });
  entry("pruned", [&] { canvas.dot({x + 5, y}, 3, gray); });
  entry("best so far", [&] {
    canvas.line({{x - 6, y}, {x + 10, y}}, {.width = 2.25, .color = vermilion});
  });
}

void draw_numbers(Canvas& canvas, const Scale& x) {
  const Ticks ticks = whole_ticks(std::max(0.0, x.low), x.high, 16);
  for (const double number : ticks.values)
    canvas.text({x(number), history_plot.bottom() + 15}, ticks.label(number),
                {.size = 11, .color = muted, .align = Align::center});
  canvas.text({history_plot.center().x, history_plot.bottom() + 42}, "trial",
              {.size = 13, .color = muted, .align = Align::center});
}

/// A staircase of the best complete trial so far.
void draw_best(Canvas& canvas, const SearchReport& report, const Scale& x, const Scale& y) {
  std::vector<Point> stairs;
  double best = 0;
  for (const Trial* trial : trials_with_value(report)) {
    if (trial->state != TrialState::complete) continue;
    if (stairs.empty() || better(*trial->value, best, report.direction)) {
      if (!stairs.empty()) stairs.push_back({x(static_cast<double>(trial->number)), y(best)});
      best = *trial->value;
      stairs.push_back({x(static_cast<double>(trial->number)), y(best)});
    }
  }
  if (stairs.empty()) return;
  stairs.push_back({x(static_cast<double>(report.trials.back().number)), y(best)});
  canvas.line(stairs, {.width = 2.25, .color = vermilion});
}

}  // namespace

void draw_search_history(const std::filesystem::path& path, const SearchReport& report) {
  Canvas canvas(path, width, height);
  draw_heading(canvas, "The search: " + report.study, counted_trials(report));
  const auto trials = trials_with_value(report);
  if (trials.empty()) {
    draw_nothing(canvas);
  } else {
    const auto last = static_cast<double>(report.trials.back().number);
    const Scale x{-0.5 - 0.01 * last, last + 0.5 + 0.01 * last, history_plot.left,
                  history_plot.right()};
    const Scale y = value_scale(trials, history_plot);
    draw_legend(canvas);
    draw_value_grid(canvas, y, history_plot, report.objective);
    draw_numbers(canvas, x);
    draw_best(canvas, report, x, y);
    for (const Trial* trial : trials) {
      const bool complete = trial->state == TrialState::complete;
      canvas.dot({x(static_cast<double>(trial->number)), y(*trial->value)}, complete ? 3.5 : 3,
                 complete ? blue : gray);
    }
  }
  canvas.save();
}

}  // namespace tutti
