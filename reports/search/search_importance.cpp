#include <algorithm>

#include "kernels/support/text.h"
#include "reports/search/search_charts.h"
#include "reports/search/search_parts.h"

namespace tutti {

using namespace chart;

void draw_importance(const std::filesystem::path& path, const SearchReport& report) {
  constexpr double row = 38, top = 110, label_width = 130, value_width = 60;
  const auto rows = static_cast<double>(std::max<std::size_t>(1, report.importance.size()));
  Canvas canvas(path, width, top + rows * row + margin);
  draw_heading(canvas, "Which parameters decide: " + report.study,
               "share of each in what tells the best tenth of the trials from all (PED-ANOVA)");
  const double left = margin + label_width, longest = width - margin - value_width - left;
  double greatest = 1e-9;
  for (const auto& [name, share] : report.importance) greatest = std::max(greatest, share);
  double y = top;
  for (const auto& [name, share] : report.importance) {
    const double length = longest * share / greatest, middle = y + row / 2;
    canvas.text({left - 10, middle}, fitted(name, label_width - 10, {.size = 13}),
                {.size = 13, .align = Align::right});
    canvas.box({left, y + 6, std::max(1.0, length), row - 12}, blue);
    canvas.text({left + length + 8, middle}, fixed(share, 2), {.size = 12, .color = muted});
    y += row;
  }
  canvas.save();
}

}  // namespace tutti
