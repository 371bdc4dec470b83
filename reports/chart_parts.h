#pragma once
#include <string>

#include "reports/canvas.h"

/// What charts share.
namespace tutti::chart {

inline constexpr double width = 800, height = 500, margin = 32;
inline constexpr Color gray{0.62, 0.64, 0.67};  // what stands back

void draw_heading(Canvas& canvas, const std::string& title, const std::string& subtitle);

}  // namespace tutti::chart
