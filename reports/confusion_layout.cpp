#include "reports/confusion_layout.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tutti {
namespace {

constexpr double heading = 84;     // title and subtitle
constexpr double axis_title = 26;  // one line of it, and its distance
constexpr double longest_label = 130;
constexpr double narrowest = 700;  // leaves room for a title

/// Big cells for few genres, then a matrix of one size, then cells that can just hold a number; a
/// bound on the whole for thousands of genres.
double cell_size(double genres) {
  return std::min(std::clamp(560 / genres, 18.0, 170.0), 3000 / genres);
}

double longest(const Metrics& metrics, const TextStyle& style) {
  double width = 0;
  for (const auto& genre : metrics.classes) width = std::max(width, text_width(genre, style));
  return std::min(width, longest_label);
}

double widest_total(const Metrics& metrics, const TextStyle& style) {
  double width = text_width("total", style);
  for (std::size_t genre = 0; genre < metrics.classes.size(); ++genre)
    width = std::max(width, text_width(std::to_string(metrics.examples_of(genre)), style));
  return width;
}

}  // namespace

ConfusionLayout::ConfusionLayout(const Metrics& metrics) {
  const double genres = static_cast<double>(std::max<std::size_t>(metrics.classes.size(), 1));
  cell_ = cell_size(genres);
  label_ = {.size = std::min(11.0, 0.5 * cell_), .color = ink};
  label_width_ = longest(metrics, label_);
  angle_ = label_width_ > cell_ - 6 ? 45 : 0;
  totals_ = 2 * gap + widest_total(metrics, label_);

  const double below =
      angle_ == 0 ? label_.size : (label_width_ + label_.size) * std::numbers::sqrt2 / 2;
  const double right = totals_ + 3 * gap + 64;  // the color bar with its numbers
  const double size = cell_ * genres;
  const double left = margin + axis_title + label_width_ + gap;
  width_ = std::max(std::ceil(left + size + right + margin), narrowest);
  const double spare = width_ - (left + size + right + margin);
  matrix_ = {left + spare / 2, heading + margin, size, size};
  height_ = std::ceil(matrix_.bottom() + gap + below + axis_title + margin);
}

Box ConfusionLayout::cell(std::size_t true_genre, std::size_t predicted_genre) const {
  return {matrix_.left + cell_ * static_cast<double>(predicted_genre),
          matrix_.top + cell_ * static_cast<double>(true_genre), cell_, cell_};
}

Box ConfusionLayout::color_bar() const {
  const double height = std::min(matrix_.height, 300.0);
  return {totals_right() + 3 * gap, matrix_.top, 12, height};
}

}  // namespace tutti
