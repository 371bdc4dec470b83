#include <algorithm>
#include <cmath>
#include <set>

#include "kernels/support/text.h"
#include "reports/axis.h"
#include "reports/chart_parts.h"
#include "reports/charts.h"

namespace tutti {
namespace {

using namespace chart;

constexpr Box growth_plot{92, 122, 676, 306};
constexpr Color colors[] = {blue, vermilion};

/// Draws the parts of one chart of growth.
class GrowthChart {
 public:
  GrowthChart(Canvas& canvas, const Growth& growth);

  void draw_legend();
  void draw_grid();
  void draw_axis_titles();
  void draw_comparisons();
  void draw_lines();

 private:
  void draw_times(std::size_t i);
  Point at(const Growth::Point& point) const { return {x_(point.value), y_(point.seconds)}; }

  Canvas& canvas_;
  const Growth& growth_;
  std::set<double> values_;
  LogScale x_, y_;
};

Stroke dashed(std::size_t comparison) {
  return {.width = 1.25, .color = gray, .dash = comparison == 0 ? 3.0 : 7.0};
}

/// A line's first point carried on to its last value by a power law.
Growth::Point carried_on(const Growth::Line& line, double power) {
  const auto& first = line.points.front();
  const double last = line.points.back().value;
  return {last, first.seconds * std::pow(last / first.value, power)};
}

/// Around low … high, a power of ten at least, with room for the numbers at the ends.
LogScale scale_around(double low, double high, double from, double to) {
  const double widened = std::max(1.0, std::sqrt(10 * low / high));
  const double spare = widened * std::pow(high / low * widened * widened, 0.11);
  return {low / spare, high * spare, from, to};
}

LogScale time_scale(const Growth& growth) {
  double low = growth.lines[0].points[0].seconds, high = low;
  const auto include = [&](double seconds) {
    low = std::min(low, seconds);
    high = std::max(high, seconds);
  };
  for (const auto& line : growth.lines) {
    for (const auto& point : line.points) include(point.seconds);
    for (const auto& [name, power] : growth.comparisons) include(carried_on(line, power).seconds);
  }
  return scale_around(low, high, growth_plot.bottom(), growth_plot.top);
}

std::set<double> values_of(const Growth& growth) {
  std::set<double> values;
  for (const auto& line : growth.lines)
    for (const auto& point : line.points) values.insert(point.value);
  return values;
}

LogScale parameter_scale(const std::set<double>& values) {
  const double low = *values.begin(), high = *values.rbegin();
  const double spare = high > low ? std::pow(high / low, 0.06) : 2;
  return {low / spare, high * spare, growth_plot.left, growth_plot.right()};
}

GrowthChart::GrowthChart(Canvas& canvas, const Growth& growth)
    : canvas_(canvas),
      growth_(growth),
      values_(values_of(growth)),
      x_(parameter_scale(values_)),
      y_(time_scale(growth)) {}

void GrowthChart::draw_legend() {
  constexpr double y = 97, swatch = 24;
  const TextStyle style{.size = 12};
  double x = growth_plot.left;
  const auto entry = [&](const std::string& name, const Stroke& stroke) {
    canvas_.line({{x, y}, {x + swatch, y}}, stroke);
    canvas_.text({x + swatch + 7, y}, name, style);
    x += swatch + 7 + text_width(name, style) + 26;
  };
  for (std::size_t i = 0; i < growth_.lines.size(); ++i)
    entry(growth_.lines[i].name, {.width = 2.25, .color = colors[i]});
  for (std::size_t i = 0; i < growth_.comparisons.size(); ++i)
    entry(growth_.comparisons[i].name, dashed(i));
}

void GrowthChart::draw_grid() {
  TextStyle style{.size = 11, .color = muted, .align = Align::right};
  for (const double seconds : log_ticks(y_.low, y_.high, 10)) {
    const double y = y_(seconds);
    canvas_.line({{growth_plot.left, y}, {growth_plot.right(), y}},
                 {.width = 0.75, .color = hairline});
    canvas_.text({growth_plot.left - 8, y}, duration(seconds), style);
  }
  style.align = Align::center;
  for (const double value : values_) {
    const double x = x_(value);
    canvas_.line({{x, growth_plot.bottom()}, {x, growth_plot.bottom() + 4}},
                 {.width = 0.75, .color = muted});
    canvas_.text({x, growth_plot.bottom() + 15}, significant(value), style);
  }
  canvas_.line(
      {{growth_plot.left, growth_plot.bottom()}, {growth_plot.right(), growth_plot.bottom()}},
      {.color = muted});
}

void GrowthChart::draw_axis_titles() {
  TextStyle style{.size = 13, .color = muted, .align = Align::center};
  canvas_.text({growth_plot.center().x, growth_plot.bottom() + 42}, growth_.parameter, style);
  style.angle = 90;
  canvas_.text({margin, growth_plot.center().y}, growth_.quantity, style);
}

void GrowthChart::draw_comparisons() {
  for (const auto& line : growth_.lines)
    for (std::size_t i = 0; i < growth_.comparisons.size(); ++i)
      canvas_.line({at(line.points.front()), at(carried_on(line, growth_.comparisons[i].power))},
                   dashed(i));
}

void GrowthChart::draw_lines() {
  for (std::size_t i = 0; i < growth_.lines.size(); ++i) {
    const auto& points = growth_.lines[i].points;
    std::vector<Point> line;
    for (const auto& point : points) line.push_back(at(point));
    canvas_.line(line, {.width = 2.25, .color = colors[i]});
    for (const auto& point : points) canvas_.dot(at(point), 3.5, colors[i]);
  }
  for (std::size_t i = 0; i < growth_.lines.size(); ++i) draw_times(i);
}

/// Beside the points, where a line that rises or falls leaves room, and away from the other line.
void GrowthChart::draw_times(std::size_t i) {
  const auto& points = growth_.lines[i].points;
  const double first = points.front().seconds;
  const bool falling = points.back().seconds < first;
  const bool above =
      growth_.lines.size() == 1 ? falling : first > growth_.lines[1 - i].points.front().seconds;
  const TextStyle style{.size = 10.5, .color = colors[i], .align = Align::center};
  for (const auto& point : points) {
    const std::string time = duration(point.seconds);
    const double half = text_width(time, style) / 2, aside = above == falling ? 14 : -14;
    const Point dot = at(point);
    const Point center{std::min(dot.x + aside, growth_plot.right() - half),
                       dot.y + (above ? -15 : 15)};
    canvas_.box({center.x - half - 2, center.y - 6, 2 * half + 4, 12}, with_alpha(white, 0.8));
    canvas_.text(center, time, style);
  }
}

}  // namespace

void draw_growth(const std::filesystem::path& path, const Growth& growth) {
  Canvas canvas(path, width, height);
  GrowthChart chart(canvas, growth);
  draw_heading(canvas, growth.title, growth.subtitle);
  chart.draw_legend();
  chart.draw_grid();
  chart.draw_axis_titles();
  chart.draw_comparisons();
  chart.draw_lines();
  canvas.save();
}

}  // namespace tutti
