#pragma once
#include <string>
#include <vector>

#include "reports/axis.h"
#include "reports/chart_parts.h"
#include "reports/search/search_report.h"

/// What the pictures of a study share.
namespace tutti::chart {

/// From the least to the greatest value of the trials, upwards in a box.
Scale value_scale(const std::vector<const Trial*>& trials, const Box& plot);

/// Lines and numbers at round values; the axis' name beside them.
void draw_value_grid(Canvas& canvas, const Scale& scale, const Box& plot, const std::string& name);

/// "100 trials: 61 complete, 39 pruned".
std::string counted_trials(const SearchReport& report);

/// "No trial has a value yet", in the middle.
void draw_nothing(Canvas& canvas);

}  // namespace tutti::chart
