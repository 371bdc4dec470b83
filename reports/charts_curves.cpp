#include <algorithm>
#include <cmath>

#include "kernels/support/text.h"
#include "reports/axis.h"
#include "reports/chart_parts.h"
#include "reports/charts.h"
#include "reports/curve.h"

namespace tutti {
namespace {

using namespace chart;

constexpr Box curves_plot{76, 132, 692, 296};
constexpr double band_alpha = 0.2;
constexpr std::size_t most_dots = 40;  // a dot an epoch up to here

/// What a chart shows of a history.
struct Subject {
  std::string name;  // of the y axis
  double EpochResult::*training;
  double EpochResult::*validation;
  bool is_share;  // 0 … 1 and more is better; otherwise from 0 and less is better
};

struct Series {
  std::string name;
  Color color;
  Curve curve;
};

/// Draws the parts of one chart of curves.
class CurveChart {
 public:
  CurveChart(Canvas& canvas, const Subject& subject, const History& history);

  void draw_heading(const std::string& title);
  void draw_grid();
  void draw_axis_titles();
  void draw_legend();
  void draw_curves();
  void draw_best_line();    // below the curves
  void draw_best_marker();  // on them

 private:
  void draw_run(const Series& series, std::size_t first, std::size_t last);
  void draw_band(const Series& series, std::size_t first, std::size_t last);
  Point at(std::size_t epoch, double value) const {
    return {x_(static_cast<double>(epoch + 1)), y_(value)};
  }

  Canvas& canvas_;
  const Subject& subject_;
  std::size_t epochs_, members_ = 0;
  double line_width_;
  std::vector<Series> series_;  // training, then validation
  std::optional<std::size_t> best_epoch_;
  Scale x_, y_;
};

Scale epoch_scale(std::size_t epochs) {
  const double last = static_cast<double>(std::max<std::size_t>(epochs, 1));
  const double spare = last == 1 ? 0.5 : 0.02 * (last - 1);
  return {1 - spare, last + spare, curves_plot.left, curves_plot.right()};
}

Scale loss_scale(const std::vector<Series>& all) {
  double low = 0, high = 0;
  for (const Series& series : all)
    for (std::size_t epoch = 0; epoch < series.curve.epochs(); ++epoch) {
      low = std::fmin(low, series.curve.low[epoch]);
      high = std::fmax(high, series.curve.high[epoch]);
    }
  if (low == high) high = low + 1;
  return {low, high + 0.04 * (high - low), curves_plot.bottom(), curves_plot.top};
}

CurveChart::CurveChart(Canvas& canvas, const Subject& subject, const History& history)
    : canvas_(canvas),
      subject_(subject),
      epochs_(history.size()),
      line_width_(epochs_ <= 200 ? 2.25 : 1.25),
      series_{{"training", blue, curve_of(history, subject.training)},
              {"validation", vermilion, curve_of(history, subject.validation)}},
      best_epoch_(series_.back().curve.best_epoch(subject.is_share)),
      x_(epoch_scale(epochs_)),
      y_(subject.is_share ? Scale{0, 1, curves_plot.bottom(), curves_plot.top}
                          : loss_scale(series_)) {
  for (const auto& members : history) members_ = std::max(members_, members.size());
}

std::string counted(std::size_t count, const std::string& thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

void CurveChart::draw_heading(const std::string& title) {
  std::string subtitle = subject_.name + " by epoch  ·  " + counted(epochs_, "epoch");
  if (members_ > 1) subtitle += "  ·  " + counted(members_, "member");
  chart::draw_heading(canvas_, title, subtitle);
}

void CurveChart::draw_grid() {
  TextStyle style{.size = 11, .color = muted, .align = Align::right};
  const Ticks rows = nice_ticks(y_.low, y_.high, 7);
  for (const double value : rows.values) {
    const double y = y_(value);
    canvas_.line({{curves_plot.left, y}, {curves_plot.right(), y}},
                 {.width = 0.75, .color = hairline});
    canvas_.text({curves_plot.left - 8, y}, rows.label(value), style);
  }
  style.align = Align::center;
  const Ticks columns = whole_ticks(1, x_.high, 16);
  for (const double epoch : columns.values) {
    const double x = x_(epoch);
    canvas_.line({{x, curves_plot.bottom()}, {x, curves_plot.bottom() + 4}},
                 {.width = 0.75, .color = muted});
    canvas_.text({x, curves_plot.bottom() + 15}, columns.label(epoch), style);
  }
  canvas_.line(
      {{curves_plot.left, curves_plot.bottom()}, {curves_plot.right(), curves_plot.bottom()}},
      {.color = muted});
}

void CurveChart::draw_axis_titles() {
  TextStyle style{.size = 13, .color = muted, .align = Align::center};
  canvas_.text({curves_plot.center().x, curves_plot.bottom() + 42}, "epoch", style);
  style.angle = 90;
  canvas_.text({margin, curves_plot.center().y}, subject_.name, style);
}

void CurveChart::draw_legend() {
  constexpr double y = 97, swatch = 24;
  const TextStyle style{.size = 12};
  double x = curves_plot.left;
  for (const auto& [name, color, curve] : series_) {
    if (curve.empty()) continue;
    if (members_ > 1) canvas_.box({x, y - 6, swatch, 12}, with_alpha(color, band_alpha));
    canvas_.line({{x, y}, {x + swatch, y}}, {.width = line_width_, .color = color});
    canvas_.text({x + swatch + 7, y}, name, style);
    x += swatch + 7 + text_width(name, style) + 26;
  }
  const TextStyle remark{.size = 12, .color = muted};
  if (x == curves_plot.left)
    canvas_.text({x, y}, "no values", remark);
  else if (members_ > 1)
    canvas_.text({x, y}, "line: mean of the members, band: lowest to highest", remark);
}

void CurveChart::draw_curves() {
  for (const Series& series : series_) {
    const Curve& curve = series.curve;
    for (std::size_t first = 0; first < curve.epochs(); ++first) {
      if (!curve.has(first)) continue;
      std::size_t last = first;
      while (last + 1 < curve.epochs() && curve.has(last + 1)) ++last;
      draw_run(series, first, last);
      first = last;
    }
  }
}

/// Epochs first … last without a gap.
void CurveChart::draw_run(const Series& series, std::size_t first, std::size_t last) {
  draw_band(series, first, last);
  std::vector<Point> line;
  for (std::size_t epoch = first; epoch <= last; ++epoch)
    line.push_back(at(epoch, series.curve.mean[epoch]));
  canvas_.line(line, {.width = line_width_, .color = series.color});
  if (first == last || epochs_ <= most_dots)
    for (const Point& point : line) canvas_.dot(point, 2.75, series.color);
}

void CurveChart::draw_band(const Series& series, std::size_t first, std::size_t last) {
  const double spread = first == last ? 5 : 0;  // so that a single epoch's range has a width
  std::vector<Point> outline;
  const auto add = [&](std::size_t epoch, double value, double forward) {
    const Point point = at(epoch, value);
    outline.push_back({point.x - forward, point.y});
    outline.push_back({point.x + forward, point.y});
  };
  for (std::size_t epoch = first; epoch <= last; ++epoch)
    add(epoch, series.curve.high[epoch], spread);
  for (std::size_t epoch = last + 1; epoch-- > first;) add(epoch, series.curve.low[epoch], -spread);
  canvas_.polygon(outline, with_alpha(series.color, band_alpha));
}

void CurveChart::draw_best_line() {
  if (!best_epoch_) return;
  const auto& [name, color, curve] = series_.back();
  const double value = curve.mean[*best_epoch_];
  const Point point = at(*best_epoch_, value);
  canvas_.line({{point.x, curves_plot.top - 4}, {point.x, curves_plot.bottom()}},
               {.color = muted, .dash = 3});

  const std::string label = "best " + name + " " + subject_.name + " " + significant(value) +
                            ", epoch " + std::to_string(*best_epoch_ + 1);
  const TextStyle style{.size = 11, .color = color, .align = Align::center, .bold = true};
  const double half = text_width(label, style) / 2;
  const double x = std::clamp(point.x, curves_plot.left + half, curves_plot.right() - half);
  canvas_.text({x, curves_plot.top - 12}, label, style);
}

void CurveChart::draw_best_marker() {
  if (!best_epoch_) return;
  const auto& [name, color, curve] = series_.back();
  const Point point = at(*best_epoch_, curve.mean[*best_epoch_]);
  canvas_.dot(point, 6.5, white);
  canvas_.dot(point, 5, color);
  canvas_.dot(point, 2.5, white);
}

void draw_chart(const std::filesystem::path& path, const History& history, const Subject& subject,
                const std::string& title) {
  Canvas canvas(path, width, height);
  CurveChart chart(canvas, subject, history);
  chart.draw_heading(title);
  chart.draw_grid();
  chart.draw_axis_titles();
  chart.draw_legend();
  chart.draw_best_line();
  chart.draw_curves();
  chart.draw_best_marker();
  canvas.save();
}

}  // namespace

void draw_accuracy(const std::filesystem::path& path, const History& history,
                   const std::string& title) {
  draw_chart(path, history, {"accuracy", &EpochResult::accuracy, &EpochResult::val_accuracy, true},
             title);
}

void draw_loss(const std::filesystem::path& path, const History& history,
               const std::string& title) {
  draw_chart(path, history, {"loss", &EpochResult::loss, &EpochResult::val_loss, false}, title);
}

}  // namespace tutti
