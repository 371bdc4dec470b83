#include "reports/chart_parts.h"

namespace tutti::chart {

void draw_heading(Canvas& canvas, const std::string& title, const std::string& subtitle) {
  const TextStyle style{.size = 18, .bold = true};
  canvas.text({margin, 42}, fitted(title, width - 2 * margin, style), style);
  canvas.text({margin, 68}, subtitle, {.size = 13, .color = muted});
}

}  // namespace tutti::chart
