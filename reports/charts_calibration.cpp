#include <algorithm>
#include <cmath>

#include "kernels/support/text.h"
#include "reports/axis.h"
#include "reports/chart_parts.h"
#include "reports/charts.h"

namespace tutti {
namespace {

using namespace chart;

constexpr Box reliability_plot{84, 104, 680, 262}, counts{84, 386, 680, 52};

/// Wilson's interval of a share of n at 95 %.
std::pair<double, double> interval(double share, double n) {
  constexpr double z = 1.96;
  const double center = (share + z * z / (2 * n)) / (1 + z * z / n),
               half =
                   z / (1 + z * z / n) * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return {center - half, center + half};
}

/// Draws the parts of one reliability diagram.
class CalibrationChart {
 public:
  CalibrationChart(Canvas& canvas, const Metrics& metrics)
      : canvas_(canvas), bins_(metrics.calibration) {}

  void draw_grid() {
    TextStyle style{.size = 11, .color = muted, .align = Align::right};
    for (int tenth = 0; tenth <= 10; tenth += 2) {
      const double share = tenth / 10.0, y = y_(share), x = x_(share);
      canvas_.line({{reliability_plot.left, y}, {reliability_plot.right(), y}},
                   {.width = 0.75, .color = hairline});
      style.align = Align::right;
      canvas_.text({reliability_plot.left - 8, y}, fixed(share, 1), style);
      style.align = Align::center;
      canvas_.text({x, counts.bottom() + 14}, fixed(share, 1), style);
    }
    canvas_.line({{x_(0), y_(0)}, {x_(1), y_(1)}}, {.width = 1.25, .color = gray, .dash = 5});
    canvas_.line({{counts.left, counts.bottom()}, {counts.right(), counts.bottom()}},
                 {.color = muted});
  }
  void draw_axis_titles() {
    TextStyle style{.size = 13, .color = muted, .align = Align::center};
    canvas_.text({reliability_plot.center().x, counts.bottom() + 38},
                 "probability of the genre that is named", style);
    style.angle = 90;
    canvas_.text({margin, reliability_plot.center().y}, "share named rightly", style);
    canvas_.text({margin, counts.center().y}, "songs", style);
  }
  void draw_bins() {
    double most = 1;
    for (const auto& bin : bins_) most = std::max(most, static_cast<double>(bin.examples));
    const double step = counts.width / static_cast<double>(bins_.size());
    for (std::size_t i = 0; i < bins_.size(); ++i) {
      const auto n = static_cast<double>(bins_[i].examples);
      if (n == 0) continue;
      const double tall = std::max(1.0, n / most * (counts.height - 12)),
                   left = counts.left + step * static_cast<double>(i);
      canvas_.box({left + 2, counts.bottom() - tall, step - 4, tall}, with_alpha(blue, 0.35));
      canvas_.text({left + step / 2, counts.bottom() - tall - 7}, std::to_string(bins_[i].examples),
                   {.size = 10, .color = muted, .align = Align::center});
      const double x = x_(bins_[i].probability);
      const auto [low, high] = interval(bins_[i].accuracy, n);
      canvas_.line({{x, y_(low)}, {x, y_(high)}}, {.width = 1.5, .color = with_alpha(blue, 0.6)});
      canvas_.dot({x, y_(bins_[i].accuracy)}, 4, blue);
    }
  }

 private:
  Canvas& canvas_;
  const std::vector<CalibrationBin>& bins_;
  Scale x_{0, 1, reliability_plot.left, reliability_plot.right()},
      y_{0, 1, reliability_plot.bottom(), reliability_plot.top};
};

}  // namespace

void draw_calibration(const std::filesystem::path& path, const Metrics& metrics,
                      const std::string& title) {
  if (metrics.calibration.empty()) return;
  Canvas canvas(path, width, height);
  CalibrationChart chart(canvas, metrics);
  draw_heading(canvas, title,
               "Right as often as sure, on the dashed line; lines are 95 % intervals. Expected "
               "calibration error " +
                   fixed(metrics.calibration_error.value_or(0), 3));
  chart.draw_grid();
  chart.draw_axis_titles();
  chart.draw_bins();
  canvas.save();
}

}  // namespace tutti
