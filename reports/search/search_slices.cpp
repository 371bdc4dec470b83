#include <algorithm>

#include "reports/search/parameter_axis.h"
#include "reports/search/search_charts.h"
#include "reports/search/search_parts.h"

namespace tutti {
namespace {

using namespace chart;

constexpr int columns = 3;
constexpr double panel_width = 210, panel_height = 190, first_left = 84, first_top = 106,
                 column_step = 236, row_step = 262;

void draw_panel(Canvas& canvas, const SearchReport& report, const std::string& name,
                const std::vector<const Trial*>& trials, const Box& panel, bool first) {
  const ParameterAxis axis(report.parameters.at(name));
  const Scale y = value_scale(trials, panel);
  const Scale x{-0.03, 1.03, panel.left, panel.right()};
  if (first) {
    draw_value_grid(canvas, y, panel, report.objective);
  } else {
    for (const double value : nice_ticks(y.low, y.high, 7).values)
      canvas.line({{panel.left, y(value)}, {panel.right(), y(value)}},
                  {.width = 0.75, .color = hairline});
    canvas.line({{panel.left, panel.bottom()}, {panel.right(), panel.bottom()}}, {.color = muted});
  }
  for (const auto& [share, label] : axis.ticks(6))
    canvas.text({x(share), panel.bottom() + 14}, label,
                {.size = 10.5, .color = muted, .align = Align::center});
  canvas.text({panel.center().x, panel.bottom() + 36}, name, {.size = 13, .align = Align::center});
  const auto last = static_cast<double>(std::max<std::int64_t>(1, trials.back()->number));
  for (const Trial* trial : trials)
    if (const auto found = trial->params.find(name); found != trial->params.end())
      canvas.dot({x(axis.share(found->second)), y(*trial->value)}, 3,
                 trial->state == TrialState::pruned
                     ? with_alpha(gray, 0.6)
                     : heat(0.25 + 0.75 * static_cast<double>(trial->number) / last));
}

}  // namespace

void draw_slices(const std::filesystem::path& path, const SearchReport& report) {
  const auto panels = static_cast<int>(report.importance.size());
  const int rows = std::max(1, (panels + columns - 1) / columns);
  Canvas canvas(path, width, std::max(height * 0.8, first_top + rows * row_step));
  draw_heading(canvas, "Slices: " + report.study,
               "each trial's " + report.objective +
                   " by each parameter, later trials darker, pruned ones gray");
  const auto trials = trials_with_value(report);
  if (trials.empty()) draw_nothing(canvas);
  for (int i = 0; i < panels && !trials.empty(); ++i) {
    const int row = i / columns, column = i % columns;
    const Box panel{first_left + column * column_step, first_top + row * row_step, panel_width,
                    panel_height};
    draw_panel(canvas, report, report.importance[static_cast<std::size_t>(i)].first, trials, panel,
               column == 0);
  }
  canvas.save();
}

}  // namespace tutti
