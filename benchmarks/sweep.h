#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace tutti {

/// What is timed: a call is once.
using Work = std::function<void()>;

/// Work whose time is measured against a parameter.
struct Sweep {
  struct Series {
    std::string name;
    std::function<Work(std::int64_t value)> prepare;
  };
  std::string file, title, conditions;  // the picture's, without an extension
  std::string parameter;
  std::vector<std::int64_t> values;
  std::vector<Series> series;
  /// What the times are compared with: a name, and the power of the parameter.
  std::vector<std::pair<std::string, double>> comparisons = {{"in proportion", 1}};
};

/// Times every point (median of several calls after one that does not count) and prints a table in
/// Markdown; draws a picture in `folder` unless it is empty. What would take too long or too much
/// memory, going by the point before, is left out and said.
void measure(const Sweep& sweep, const std::filesystem::path& folder);

}  // namespace tutti
