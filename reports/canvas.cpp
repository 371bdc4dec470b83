#include "reports/canvas.h"

#include <cairo-svg.h>
#include <cairo.h>
#include <pango/pangocairo.h>

#include <cmath>
#include <numbers>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/text.h"

namespace tutti {
namespace {

constexpr double pixels_a_point = 2;
constexpr double half_capital = 0.365;  // of the font size, in DejaVu Sans

cairo_status_t append(void* bytes, const unsigned char* data, unsigned length) try {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
} catch (const std::bad_alloc&) {
  return CAIRO_STATUS_NO_MEMORY;
}

cairo_surface_t* new_surface(const std::filesystem::path& path, double width, double height,
                             std::string* bytes) {
  if (path.extension() == ".svg")
    return cairo_svg_surface_create_for_stream(append, bytes, width, height);
  if (path.extension() != ".png")
    throw Error("cannot draw ", path.string(), ": a chart is a .png or .svg file");
  cairo_surface_t* surface = cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, static_cast<int>(std::ceil(width * pixels_a_point)),
      static_cast<int>(std::ceil(height * pixels_a_point)));
  cairo_surface_set_device_scale(surface, pixels_a_point, pixels_a_point);
  return surface;
}

void set_color(cairo_t* pen, Color color) {
  cairo_set_source_rgba(pen, color.red, color.green, color.blue, color.alpha);
}

using Layout = std::unique_ptr<PangoLayout, void (*)(gpointer)>;

/// A line of text of any script, in other fonts where DejaVu Sans lacks a letter. Without hinting
/// it is as wide at any scale, so that PNG and SVG are laid out alike.
Layout layout_of(cairo_t* pen, const std::string& text, const TextStyle& style) {
  Layout layout(pango_cairo_create_layout(pen), g_object_unref);
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  PangoContext* const context = pango_layout_get_context(layout.get());
  pango_cairo_context_set_font_options(context, options);
  pango_context_set_round_glyph_positions(context, FALSE);
  cairo_font_options_destroy(options);

  PangoFontDescription* const font = pango_font_description_from_string("DejaVu Sans");
  pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
  if (style.bold) pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description(layout.get(), font);
  pango_font_description_free(font);
  pango_layout_set_single_paragraph_mode(layout.get(), TRUE);
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  return layout;
}

double width_of(const Layout& layout) {
  PangoRectangle extents;
  pango_layout_get_extents(layout.get(), nullptr, &extents);
  return pango_units_to_double(extents.width);
}

/// Cairo 1.16 numbers the surfaces of a process in an SVG; the same picture shall be the same
/// bytes.
void remove_surface_number(std::string& svg) {
  const std::string_view id = "id=\"surface";
  const auto at = svg.find(id);
  if (at == std::string::npos) return;
  const auto number = at + id.size();
  svg.erase(number, svg.find('"', number) - number);
}

/// What is drawn of a text. No place holds more; a name of a million letters shall cost no more.
std::string shown(const std::string& text) {
  constexpr std::size_t longest = 200;
  return encode_utf8(truncated(printable(text), longest));
}

}  // namespace

double text_width(const std::string& text, const TextStyle& style) {
  using Surface = std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)>;
  using Pen = std::unique_ptr<cairo_t, void (*)(cairo_t*)>;
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1), cairo_surface_destroy);
  const Pen pen(cairo_create(surface.get()), cairo_destroy);
  return width_of(layout_of(pen.get(), shown(text), style));
}

std::string fitted(const std::string& text, double width, const TextStyle& style) {
  const std::u32string whole = decode_utf8(shown(text));
  std::string part = encode_utf8(whole);
  for (std::size_t length = whole.size(); length > 1 && text_width(part, style) > width;)
    part = encode_utf8(truncated(whole, --length));
  return part;
}

Canvas::Canvas(std::filesystem::path path, double width, double height)
    : path_(std::move(path)),
      surface_(new_surface(path_, width, height, &bytes_), cairo_surface_destroy),
      pen_(cairo_create(surface_.get()), cairo_destroy) {
  expect_success(cairo_status(pen_.get()));
  set_color(pen_.get(), white);
  cairo_paint(pen_.get());
}

Canvas::~Canvas() = default;

void Canvas::expect_success(int status) const {
  if (status != CAIRO_STATUS_SUCCESS)
    throw Error("cannot draw ", path_.string(), ": ",
                cairo_status_to_string(static_cast<cairo_status_t>(status)));
}

void Canvas::trace(const std::vector<Point>& points) {
  for (const Point& point : points) cairo_line_to(pen_.get(), point.x, point.y);
}

void Canvas::box(const Box& box, Color color) {
  set_color(pen_.get(), color);
  cairo_rectangle(pen_.get(), box.left, box.top, box.width, box.height);
  cairo_fill(pen_.get());
}

void Canvas::frame(const Box& box, const Stroke& stroke) {
  const double right = box.right(), bottom = box.bottom();
  line({{box.left, box.top},
        {right, box.top},
        {right, bottom},
        {box.left, bottom},
        {box.left, box.top}},
       stroke);
}

void Canvas::gradient(const Box& box, const std::vector<Color>& colors) {
  cairo_pattern_t* pattern = cairo_pattern_create_linear(0, box.bottom(), 0, box.top);
  const double last = static_cast<double>(colors.size() - 1);
  for (std::size_t i = 0; i < colors.size(); ++i)
    cairo_pattern_add_color_stop_rgb(pattern, static_cast<double>(i) / last, colors[i].red,
                                     colors[i].green, colors[i].blue);
  cairo_set_source(pen_.get(), pattern);
  cairo_pattern_destroy(pattern);
  cairo_rectangle(pen_.get(), box.left, box.top, box.width, box.height);
  cairo_fill(pen_.get());
}

void Canvas::line(const std::vector<Point>& points, const Stroke& stroke) {
  set_color(pen_.get(), stroke.color);
  cairo_set_line_width(pen_.get(), stroke.width);
  cairo_set_line_join(pen_.get(), CAIRO_LINE_JOIN_ROUND);
  cairo_set_dash(pen_.get(), &stroke.dash, stroke.dash > 0 ? 1 : 0, 0);
  trace(points);
  cairo_stroke(pen_.get());
}

void Canvas::polygon(const std::vector<Point>& points, Color color) {
  set_color(pen_.get(), color);
  trace(points);
  cairo_fill(pen_.get());
}

void Canvas::dot(Point center, double radius, Color color) {
  set_color(pen_.get(), color);
  cairo_arc(pen_.get(), center.x, center.y, radius, 0, 2 * std::numbers::pi);
  cairo_fill(pen_.get());
}

void Canvas::text(Point at, const std::string& text, const TextStyle& style) {
  const Layout layout = layout_of(pen_.get(), shown(text), style);
  cairo_save(pen_.get());
  set_color(pen_.get(), style.color);
  cairo_translate(pen_.get(), at.x, at.y);
  cairo_rotate(pen_.get(), -style.angle * std::numbers::pi / 180);
  const double before = style.align == Align::left ? 0 : style.align == Align::right ? 1 : 0.5;
  const double baseline = pango_units_to_double(pango_layout_get_baseline(layout.get()));
  cairo_move_to(pen_.get(), -before * width_of(layout), half_capital * style.size - baseline);
  pango_cairo_show_layout(pen_.get(), layout.get());
  cairo_restore(pen_.get());
  cairo_new_path(pen_.get());
}

void Canvas::save() {
  expect_success(cairo_status(pen_.get()));
  if (cairo_surface_get_type(surface_.get()) == CAIRO_SURFACE_TYPE_SVG) {
    cairo_surface_finish(surface_.get());
    expect_success(cairo_surface_status(surface_.get()));
    remove_surface_number(bytes_);
  } else {
    expect_success(cairo_surface_write_to_png_stream(surface_.get(), append, &bytes_));
  }
  write_file(path_, bytes_);
}

}  // namespace tutti
