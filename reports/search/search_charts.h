#pragma once
#include <filesystem>

#include "reports/search/search_report.h"

namespace tutti {

/// Pictures of a study, drawn with Cairo: .png, or .svg by the path's extension.

/// The value of every trial by its number, and the best so far.
void draw_search_history(const std::filesystem::path& path, const SearchReport& report);

/// How much each parameter decides, as bars.
void draw_importance(const std::filesystem::path& path, const SearchReport& report);

/// A line a complete trial through an axis for each parameter, the darker the better.
void draw_parallel(const std::filesystem::path& path, const SearchReport& report);

/// The value of every trial by each parameter, later trials darker.
void draw_slices(const std::filesystem::path& path, const SearchReport& report);

}  // namespace tutti
