#pragma once
#include <filesystem>
#include <string>

#include "models/history.h"
#include "models/metrics.h"

namespace tutti {

/// Pictures for a report, drawn with Cairo: .png, or .svg by the path's extension. Each is written
/// beside `path` first and then renamed; an Error names the file if it cannot be written.

/// The confusion matrix: rows true genres, columns predicted, counts and shares of the row.
void draw_confusion(const std::filesystem::path& path, const Metrics& metrics,
                    const std::string& title);

/// Accuracy by epoch, training and validation: the mean over members as a line, the members' range
/// as a band.
void draw_accuracy(const std::filesystem::path& path, const History& history,
                   const std::string& title);

/// Loss by epoch, likewise.
void draw_loss(const std::filesystem::path& path, const History& history, const std::string& title);

}  // namespace tutti
