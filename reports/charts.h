#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/training/history.h"
#include "reports/metrics.h"

namespace tutti {

/// Pictures for a report, drawn with Cairo: .png, or .svg by the path's extension. Each is written
/// beside `path` first and then renamed; an Error names the file if it cannot be written.

/// The confusion matrix: rows true genres, columns predicted, counts and shares of the row.
void draw_confusion(const std::filesystem::path& path, const Metrics& metrics,
                    const std::string& title);

/// A reliability diagram: of the examples in each bin of probability, the share that was named
/// rightly, with its 95 % interval; and how many there are. Metrics without bins draw none.
void draw_calibration(const std::filesystem::path& path, const Metrics& metrics,
                      const std::string& title);

/// Accuracy by epoch, training and validation: the mean over members as a line, the members' range
/// as a band.
void draw_accuracy(const std::filesystem::path& path, const History& history,
                   const std::string& title);

/// Loss by epoch, likewise.
void draw_loss(const std::filesystem::path& path, const History& history, const std::string& title);

/// How times grow with a parameter.
struct Growth {
  struct Point {
    double value, seconds;
  };
  struct Line {
    std::string name;
    std::vector<Point> points;  // by rising value, at least one
  };
  struct Comparison {
    std::string name;
    double power;  // seconds as value to this power
  };
  std::string title, subtitle, parameter, quantity;  // the last two name the axes
  std::vector<Line> lines;                           // one or two
  std::vector<Comparison> comparisons;               // drawn from the first point of each line
};

/// On logarithmic axes, where a power is a straight line; every point with its time.
void draw_growth(const std::filesystem::path& path, const Growth& growth);

}  // namespace tutti
