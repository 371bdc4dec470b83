#pragma once
#include "reports/canvas.h"
#include "reports/metrics.h"

namespace tutti {

/// Where everything of a drawn confusion matrix stands, in points.
class ConfusionLayout {
 public:
  static constexpr double margin = 32, gap = 8;

  explicit ConfusionLayout(const Metrics& metrics);

  double width() const { return width_; }
  double height() const { return height_; }
  const Box& matrix() const { return matrix_; }
  Box cell(std::size_t true_genre, std::size_t predicted_genre) const;

  const TextStyle& label_style() const { return label_; }
  double label_width() const { return label_width_; }  // a longer name is shortened
  double column_angle() const { return angle_; }       // degrees; 0 if the labels fit upright
  double totals_right() const { return matrix_.right() + totals_; }
  Box color_bar() const;

 private:
  TextStyle label_;
  double cell_, label_width_, angle_, totals_;
  double width_, height_;
  Box matrix_;
};

}  // namespace tutti
