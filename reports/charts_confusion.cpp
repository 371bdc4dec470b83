#include <algorithm>

#include "kernels/support/text.h"
#include "reports/charts.h"
#include "reports/confusion_layout.h"

namespace tutti {
namespace {

constexpr double smallest_print = 6;  // points; smaller text is left out

std::string percent(double share, int decimals) { return fixed(100 * share, decimals) + "%"; }

/// Draws the parts of one confusion matrix.
class ConfusionChart {
 public:
  ConfusionChart(Canvas& canvas, const Metrics& metrics, const ConfusionLayout& layout)
      : canvas_(canvas), metrics_(metrics), layout_(layout) {}

  void draw_heading(const std::string& title);
  void draw_cells();
  void draw_labels();
  void draw_totals();
  void draw_axis_titles();
  void draw_color_bar();

 private:
  void draw_cell(std::size_t row, std::size_t column, std::int64_t total);
  void draw_count(const Box& cell, std::int64_t count, std::int64_t total);
  void draw_column_label(std::size_t genre);

  Canvas& canvas_;
  const Metrics& metrics_;
  const ConfusionLayout& layout_;
};

void ConfusionChart::draw_heading(const std::string& title) {
  const TextStyle style{.size = 18, .bold = true};
  const double left = layout_.margin;
  canvas_.text({left, 42}, fitted(title, layout_.width() - 2 * left, style), style);
  canvas_.text({left, 68},
               "accuracy " + percent(metrics_.accuracy, 1) +
                   "  ·  n = " + std::to_string(metrics_.examples()),
               {.size = 13, .color = muted});
}

void ConfusionChart::draw_cells() {
  for (std::size_t row = 0; row < metrics_.classes.size(); ++row) {
    const std::int64_t total = metrics_.examples_of(row);
    for (std::size_t column = 0; column < metrics_.classes.size(); ++column)
      draw_cell(row, column, total);
  }
}

void ConfusionChart::draw_cell(std::size_t row, std::size_t column, std::int64_t total) {
  Box cell = layout_.cell(row, column);
  const double seam = std::min(1.0, cell.width / 20);
  cell = {cell.left + seam / 2, cell.top + seam / 2, cell.width - seam, cell.height - seam};
  if (total == 0) {
    canvas_.box(cell, {0.945, 0.945, 0.945});
    return;
  }
  const std::int64_t count = metrics_.confusion[row][column];
  canvas_.box(cell, heat(static_cast<double>(count) / static_cast<double>(total)));
  draw_count(cell, count, total);
}

void ConfusionChart::draw_count(const Box& cell, std::int64_t count, std::int64_t total) {
  if (cell.width < smallest_print) return;
  const double share = static_cast<double>(count) / static_cast<double>(total);
  const std::string number = std::to_string(count);
  TextStyle style{.size = std::clamp(0.26 * cell.width, 9.0, 22.0), .align = Align::center};
  style.size = std::min(style.size, style.size * 0.84 * cell.width / text_width(number, style));
  if (style.size < smallest_print) return;
  style.color = is_dark(share) ? white : count == 0 ? Color{0.66, 0.69, 0.73} : ink;

  const Point center = cell.center();
  TextStyle small = style;
  small.size = 0.68 * style.size;
  if (count == 0 || small.size < smallest_print || cell.height < 40) {
    canvas_.text(center, number, style);
    return;
  }
  canvas_.text({center.x, center.y - 0.40 * style.size}, number, style);
  canvas_.text({center.x, center.y + 0.62 * style.size}, percent(share, total < 200 ? 0 : 1),
               small);
}

void ConfusionChart::draw_labels() {
  const Box& matrix = layout_.matrix();
  TextStyle style = layout_.label_style();
  style.align = Align::right;
  for (std::size_t genre = 0; genre < metrics_.classes.size(); ++genre) {
    const std::string label = fitted(metrics_.classes[genre], layout_.label_width(), style);
    canvas_.text({matrix.left - layout_.gap, layout_.cell(genre, 0).center().y}, label, style);
    draw_column_label(genre);
  }
}

void ConfusionChart::draw_column_label(std::size_t genre) {
  TextStyle style = layout_.label_style();
  style.angle = layout_.column_angle();
  style.align = style.angle == 0 ? Align::center : Align::right;
  const std::string label = fitted(metrics_.classes[genre], layout_.label_width(), style);
  const double x = layout_.cell(0, genre).center().x;
  canvas_.text({x, layout_.matrix().bottom() + 6 + style.size / 2}, label, style);
}

void ConfusionChart::draw_totals() {
  TextStyle style = layout_.label_style();
  style.align = Align::right;
  style.color = muted;
  const double right = layout_.totals_right();
  canvas_.text({right, layout_.matrix().top - 6 - style.size / 2}, "total", style);
  for (std::size_t genre = 0; genre < metrics_.classes.size(); ++genre)
    canvas_.text({right, layout_.cell(genre, 0).center().y},
                 std::to_string(metrics_.examples_of(genre)), style);
}

void ConfusionChart::draw_axis_titles() {
  const Point center = layout_.matrix().center();
  const double left = layout_.matrix().left - layout_.gap - layout_.label_width() - 20;
  TextStyle style{.size = 13, .color = muted, .align = Align::center};
  canvas_.text({center.x, layout_.height() - 34}, "predicted genre", style);
  style.angle = 90;
  canvas_.text({left, center.y}, "true genre", style);
}

void ConfusionChart::draw_color_bar() {
  const Box bar = layout_.color_bar();
  std::vector<Color> colors;
  for (int i = 0; i <= 64; ++i) colors.push_back(heat(i / 64.0));
  canvas_.gradient(bar, colors);
  canvas_.frame(bar, {.width = 0.5, .color = hairline});

  TextStyle style{.size = 10, .color = muted};
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    const double y = bar.bottom() - share * bar.height;
    canvas_.line({{bar.right(), y}, {bar.right() + 3, y}}, {.width = 0.75, .color = muted});
    canvas_.text({bar.right() + 6, y}, percent(share, 0), style);
  }
  style.align = Align::center;
  style.angle = 90;
  canvas_.text({bar.right() + 48, bar.center().y}, "share of the row", style);
}

}  // namespace

void draw_confusion(const std::filesystem::path& path, const Metrics& metrics,
                    const std::string& title) {
  const ConfusionLayout layout(metrics);
  Canvas canvas(path, layout.width(), layout.height());
  ConfusionChart chart(canvas, metrics, layout);
  chart.draw_heading(title);
  chart.draw_cells();
  chart.draw_labels();
  chart.draw_totals();
  chart.draw_axis_titles();
  chart.draw_color_bar();
  canvas.save();
}

}  // namespace tutti
