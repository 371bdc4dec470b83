#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "reports/colors.h"

struct _cairo;
struct _cairo_surface;

namespace tutti {

struct Point {
  double x, y;
};

struct Box {
  double left, top, width, height;
  double right() const { return left + width; }
  double bottom() const { return top + height; }
  Point center() const { return {left + width / 2, top + height / 2}; }
};

enum class Align { left, center, right };

struct TextStyle {
  double size = 11;
  Color color = ink;
  Align align = Align::left;
  bool bold = false;
  double angle = 0;  // degrees, counterclockwise
};

struct Stroke {
  double width = 1;
  Color color = ink;
  double dash = 0;  // length of dashes and gaps; 0 is a solid line
};

/// Width of a text in points.
double text_width(const std::string& text, const TextStyle& style);

/// The text, shortened to end in "…" if it is wider than `width`.
std::string fitted(const std::string& text, double width, const TextStyle& style);

/// A white sheet of width x height points, drawn on with Cairo and saved as .png, two pixels a
/// point, or as .svg. Errors name the file.
class Canvas {
 public:
  Canvas(std::filesystem::path path, double width, double height);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  void box(const Box& box, Color color);
  void frame(const Box& box, const Stroke& stroke);
  void gradient(const Box& box, const std::vector<Color>& colors);  // bottom to top
  void line(const std::vector<Point>& points, const Stroke& stroke);
  void polygon(const std::vector<Point>& points, Color color);
  void dot(Point center, double radius, Color color);

  /// One line of text; `at` is its start, center or end, halfway up its capitals.
  void text(Point at, const std::string& text, const TextStyle& style);

  void save();

 private:
  void trace(const std::vector<Point>& points);
  void expect_success(int status) const;

  std::filesystem::path path_;
  std::string bytes_;  // the SVG surface writes here, so it must outlive the surface
  std::unique_ptr<_cairo_surface, void (*)(_cairo_surface*)> surface_;
  std::unique_ptr<_cairo, void (*)(_cairo*)> pen_;
};

}  // namespace tutti
