#include "reports/charts.h"

#include <cairo/cairo.h>

#include <cmath>
#include <fstream>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "reports/chart_parts.h"
#include "reports/confusion_layout.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;
using test::TemporaryFolder;

namespace {

/// A PNG file decoded.
class Picture {
 public:
  explicit Picture(const std::filesystem::path& path)
      : surface_(cairo_image_surface_create_from_png(path.c_str()), cairo_surface_destroy) {
    REQUIRE(cairo_surface_status(surface_.get()) == CAIRO_STATUS_SUCCESS);
  }
  int width() const { return cairo_image_surface_get_width(surface_.get()); }
  int height() const { return cairo_image_surface_get_height(surface_.get()); }

  Color at(Point point) const {  // in points, two pixels each
    return pixel(static_cast<int>(2 * point.x), static_cast<int>(2 * point.y));
  }
  double lightness(Point point) const {
    const Color color = at(point);
    return (color.red + color.green + color.blue) / 3;
  }
  int count(Color wanted) const {
    int count = 0;
    for (int y = 0; y < height(); ++y)
      for (int x = 0; x < width(); ++x) count += alike(pixel(x, y), wanted);
    return count;
  }

 private:
  static bool alike(Color a, Color b) {
    return std::abs(a.red - b.red) + std::abs(a.green - b.green) + std::abs(a.blue - b.blue) < 0.02;
  }
  Color pixel(int x, int y) const {
    const auto* row = cairo_image_surface_get_data(surface_.get()) +
                      y * cairo_image_surface_get_stride(surface_.get());
    const auto value = reinterpret_cast<const std::uint32_t*>(row)[x];
    return {(value >> 16 & 255) / 255.0, (value >> 8 & 255) / 255.0, (value & 255) / 255.0};
  }

  std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)> surface_;
};

Metrics metrics_of(const std::vector<std::vector<int>>& confusion,
                   std::vector<std::string> classes = {}) {
  std::vector<std::int32_t> labels, predicted;
  for (std::size_t row = 0; row < confusion.size(); ++row)
    for (std::size_t column = 0; column < confusion.size(); ++column)
      for (int i = 0; i < confusion[row][column]; ++i) {
        labels.push_back(static_cast<std::int32_t>(row));
        predicted.push_back(static_cast<std::int32_t>(column));
      }
  while (classes.size() < confusion.size())
    classes.push_back("genre " + std::to_string(classes.size()));
  return measure(predicted, labels, classes, 0.5);
}

Metrics diagonal(std::size_t genres) {
  std::vector<std::vector<int>> confusion(genres, std::vector<int>(genres));
  for (std::size_t i = 0; i < genres; ++i) confusion[i][i] = 7;
  return metrics_of(confusion);
}

/// Between the left edge and the number.
Point left_of_center(const Box& cell) { return {cell.left + cell.width / 8, cell.center().y}; }

History history_of(int epochs, int members) {
  History history;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    auto& results = history.emplace_back();
    for (int member = 0; member < members; ++member) {
      const double value = 1.0 / (1 + epoch) + 0.01 * member;
      results.push_back({2 * value, 1 - value, 3 * value, 0.9 - value});
    }
  }
  return history;
}

std::size_t files_in(const TemporaryFolder& folder) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

}  // namespace

TEST_CASE("A confusion matrix is a PNG of two pixels a point") {
  const TemporaryFolder folder;
  for (const std::size_t genres : {1, 2, 10, 30}) {
    const auto metrics = diagonal(genres);
    draw_confusion(folder / "confusion.png", metrics, "A title");
    const ConfusionLayout layout(metrics);
    const Picture picture(folder / "confusion.png");
    CHECK(picture.width() == 2 * layout.width());
    CHECK(picture.height() == 2 * layout.height());
    CHECK(picture.width() >= 1400);
    CHECK(picture.width() <= 1800);
  }
}

TEST_CASE("Rows of the picture are the true genres: a cell is as dark as its share of the row") {
  const TemporaryFolder folder;
  const auto metrics = metrics_of({{1, 0, 9}, {0, 6, 4}, {0, 0, 3}});
  draw_confusion(folder / "confusion.png", metrics, "");
  const ConfusionLayout layout(metrics);
  const Picture picture(folder / "confusion.png");
  const auto lightness = [&](std::size_t row, std::size_t column) {
    return picture.lightness(left_of_center(layout.cell(row, column)));
  };
  CHECK(lightness(0, 2) < lightness(2, 0) - 0.5);
  CHECK(lightness(2, 2) < lightness(0, 2));
  CHECK(lightness(0, 2) < lightness(1, 1));
  CHECK(lightness(1, 1) < lightness(1, 2));
  CHECK(lightness(1, 2) < lightness(0, 0));
  CHECK(lightness(0, 0) < lightness(0, 1));
  CHECK(lightness(0, 1) == lightness(2, 1));
}

TEST_CASE("The heat map's colors grow darker in even steps") {
  const auto gray = [](double share) {
    const Color color = heat(share);
    return std::pow(0.2126 * std::pow(color.red, 2.2) + 0.7152 * std::pow(color.green, 2.2) +
                        0.0722 * std::pow(color.blue, 2.2),
                    1.0 / 3);
  };
  for (int i = 0; i < 10; ++i) {
    const double step = gray(i / 10.0) - gray((i + 1) / 10.0);
    CHECK(step > 0.05);
    CHECK(step < 0.08);
  }
  CHECK_FALSE(is_dark(0));
  CHECK(is_dark(1));
}

TEST_CASE("A genre without examples has a gray row") {
  const TemporaryFolder folder;
  const auto metrics = metrics_of({{3, 1}, {0, 0}});
  draw_confusion(folder / "confusion.png", metrics, "");
  const Color color =
      Picture(folder / "confusion.png").at(left_of_center(ConfusionLayout(metrics).cell(1, 1)));
  CHECK(color.red == color.blue);
  CHECK(color.red < 1);
}

TEST_CASE("A reliability diagram has a dot where a bin's accuracy is, and none for an empty bin") {
  const TemporaryFolder folder;
  Metrics metrics = metrics_of({{6, 2}, {1, 1}});
  draw_calibration(folder / "none.png", metrics, "");
  CHECK_FALSE(std::filesystem::exists(folder / "none.png"));
  metrics.calibration.resize(15);
  metrics.calibration[7] = {10, 0.5, 0.9};
  draw_calibration(folder / "calibration.png", metrics, "A title");
  const Picture picture(folder / "calibration.png");
  CHECK(picture.width() == 1600);
  // The plot goes from 84 to 764 and from 366 up to 104 points.
  CHECK(picture.at({84 + 0.5 * 680, 366 - 0.9 * 262}).red < 0.1);
  CHECK(picture.at({84 + 0.5 * 680, 366 - 0.55 * 262}).red > 0.9);
  CHECK(picture.at({84 + 0.1 * 680, 366 - 0.02 * 262}).red > 0.9);
}

TEST_CASE("Other data make another picture, the same data the same bytes") {
  const TemporaryFolder folder;
  for (const std::string extension : {".png", ".svg"}) {
    const auto drawn = [&](const Metrics& metrics, const std::string& title) {
      draw_confusion(folder / ("chart" + extension), metrics, title);
      return read_file(folder / ("chart" + extension));
    };
    const auto bytes = drawn(metrics_of({{5, 1}, {0, 6}}), "title");
    CHECK(bytes == drawn(metrics_of({{5, 1}, {0, 6}}), "title"));
    CHECK(bytes != drawn(metrics_of({{5, 1}, {1, 5}}), "title"));
    CHECK(bytes != drawn(metrics_of({{5, 1}, {0, 6}}), "another"));

    const auto curves = [&](const History& history) {
      draw_loss(folder / ("chart" + extension), history, "title");
      return read_file(folder / ("chart" + extension));
    };
    CHECK(curves(history_of(5, 2)) == curves(history_of(5, 2)));
    CHECK(curves(history_of(5, 2)) != curves(history_of(6, 2)));
    CHECK(curves(history_of(5, 2)) != curves(history_of(5, 3)));
  }
}

TEST_CASE("Names with quotes, umlauts, other scripts and broken bytes are drawn") {
  const TemporaryFolder folder;
  const std::vector<std::string> names = {
      "R \"&\" B <i>",          "Österreich", "日本のロック",  "\xff\xfe", "\xef\xbf\xbf",
      std::string(100000, 'w'), "",           "tab\tand\nline"};
  const auto metrics = metrics_of(std::vector<std::vector<int>>(8, std::vector<int>(8, 1)), names);
  for (const std::string extension : {".png", ".svg"}) {
    draw_confusion(folder / ("chart" + extension), metrics, names[0] + names[2] + names[3]);
    CHECK(std::filesystem::file_size(folder / ("chart" + extension)) > 1000);
  }
}

TEST_CASE("Curves of one and many epochs and members are PNGs of one size") {
  const TemporaryFolder folder;
  for (const auto& history : {History{}, history_of(1, 1), history_of(1, 5), history_of(15, 5),
                              history_of(1000, 1), history_of(100, 64)}) {
    draw_accuracy(folder / "accuracy.png", history, "Accuracy");
    draw_loss(folder / "loss.png", history, "Loss");
    for (const std::string name : {"accuracy.png", "loss.png"}) {
      const Picture picture(folder / name);
      CHECK(picture.width() == 1600);
      CHECK(picture.height() == 1000);
      CHECK((picture.count(blue) > 20) == !history.empty());
      CHECK((picture.count(vermilion) > 20) == !history.empty());
    }
  }
}

TEST_CASE("Without validation there is no validation line") {
  const TemporaryFolder folder;
  auto history = history_of(10, 1);
  for (auto& epoch : history) epoch[0].val_loss = epoch[0].val_accuracy = NAN;
  draw_loss(folder / "loss.png", history, "");
  CHECK(Picture(folder / "loss.png").count(blue) > 1000);
  CHECK(Picture(folder / "loss.png").count(vermilion) == 0);
}

TEST_CASE("A missing value is a gap in the line") {
  const TemporaryFolder folder;
  auto history = history_of(9, 1);
  draw_loss(folder / "whole.png", history, "");
  for (const double missing : {static_cast<double>(NAN), static_cast<double>(INFINITY), 1e308}) {
    history[4][0].loss = missing;
    draw_loss(folder / "gap.png", history, "");
    const int whole = Picture(folder / "whole.png").count(blue);
    const int gap = Picture(folder / "gap.png").count(blue);
    CHECK(gap < 0.9 * whole);
    CHECK(gap > 0.5 * whole);
  }
}

TEST_CASE("On a chart of growth what grows in proportion lies on its line of comparison") {
  const TemporaryFolder folder;
  const auto drawn = [&](double power) {
    Growth growth{"title", "subtitle", "members", "time", {{"a step", {}}}, {{"in proportion", 1}}};
    for (const double members : {1.0, 2.0, 4.0, 8.0, 16.0, 32.0})
      growth.lines[0].points.push_back({members, 0.01 * std::pow(members, power)});
    draw_growth(folder / "growth.png", growth);
    return Picture(folder / "growth.png");
  };
  const auto covered = drawn(1), apart = drawn(0.5);
  CHECK(covered.width() == 1600);
  CHECK(covered.height() == 1000);
  CHECK(covered.count(blue) > 1000);
  CHECK(apart.count(chart::gray) > covered.count(chart::gray) + 500);
}

TEST_CASE("A chart of growth may have one point, or two lines") {
  const TemporaryFolder folder;
  Growth growth{"", "", "threads", "time", {{"a step", {{1, 0.01}}}}, {{"in proportion", -1}}};
  draw_growth(folder / "one.png", growth);
  CHECK(Picture(folder / "one.png").count(blue) > 20);
  CHECK(Picture(folder / "one.png").count(vermilion) == 0);
  growth.lines.push_back({"another", {{1, 0.02}, {2, 0.03}}});
  draw_growth(folder / "two.png", growth);
  CHECK(Picture(folder / "two.png").count(vermilion) > 100);
}

TEST_CASE("A chart that cannot be written is an error that names it and leaves nothing behind") {
  const TemporaryFolder folder;
  write_file(folder / "file", "");
  std::filesystem::create_directory(folder / "folder.png");
  const auto metrics = diagonal(2);
  CHECK_THROWS_WITH(draw_confusion(folder / "missing/confusion.png", metrics, ""),
                    Contains("missing/confusion.png"));
  CHECK_THROWS_WITH(draw_loss(folder / "file/loss.svg", {}, ""), Contains("file/loss.svg"));
  CHECK_THROWS_WITH(draw_loss(folder / "folder.png", {}, ""), Contains("folder.png"));
  CHECK_THROWS_WITH(draw_accuracy(folder / "accuracy.jpg", {}, ""),
                    Contains("accuracy.jpg") && Contains(".png or .svg"));
  CHECK(files_in(folder) == 2);
}

TEST_CASE("Text is shaped: letters that join are narrower than each alone") {
  const TextStyle style{.size = 20};
  const std::string beh = "\u0628";
  CHECK(text_width(beh + beh, style) < 1.8 * text_width(beh, style));
  CHECK(text_width("nn", style) == Approx(2 * text_width("n", style)).margin(0.01));
}
