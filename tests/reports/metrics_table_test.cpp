#include "reports/metrics_table.h"

#include <set>
#include <sstream>

#include "kernels/support/text.h"
#include "tests/support/catch.h"

using namespace tutti;

namespace {

/// The widths of a table's lines: one, if it is aligned.
std::set<std::size_t> line_lengths(const std::string& table) {
  std::set<std::size_t> lengths;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) lengths.insert(columns_of(decode_utf8(line)));
  return lengths;
}

}  // namespace

TEST_CASE("The confusion table has true genres as rows, their totals and their recall") {
  const auto metrics = measure({1, 1, 1, 0}, {0, 0, 1, 0}, {"rock", "jazz"}, 0);
  CHECK(confusion_table(metrics) ==
        "true \\ predicted  rock  jazz  total  recall\n"
        "rock                 1     2      3  0.3333\n"
        "jazz                 0     1      1  1.0000\n");
}

TEST_CASE("The class table has each genre's rates and support") {
  const auto metrics = measure({1, 1, 1, 0}, {0, 0, 1, 0}, {"rock", "jazz"}, 0);
  CHECK(class_table(metrics) ==
        "genre  precision  recall (TPR)     FPR      F1  support\n"
        "rock      1.0000        0.3333  0.0000  0.5000        3\n"
        "jazz      0.3333        1.0000  0.6667  0.5000        1\n");
}

TEST_CASE("A genre without test songs has no rates") {
  const auto metrics = measure({0, 1}, {0, 0}, {"rock", "日本"}, 0);
  CHECK(class_table(metrics) ==
        "genre  precision  recall (TPR)     FPR      F1  support\n"
        "rock      1.0000        0.5000       –  0.6667        2\n"
        "日本           –             –  0.5000       –        0\n");
  CHECK(confusion_table(metrics).find("–\n") != std::string::npos);
}

TEST_CASE("Tables of many genres with long and foreign names stay aligned and narrow") {
  std::vector<std::string> genres;
  for (int i = 0; i < 24; ++i)
    genres.push_back("Österreichische Volksmusik der Alpen " + std::to_string(i));
  genres[3] = "日本のロック";
  genres[4] = "broken \xff name\n\x1b[31m";
  const auto metrics = measure({0, 0, 4}, {0, 3, 4}, genres, 0);

  const auto confusion = confusion_table(metrics);
  CHECK(line_lengths(confusion).size() == 1);
  CHECK(*line_lengths(confusion).begin() < 200);
  CHECK(confusion.find('\x1b') == std::string::npos);
  CHECK(confusion.find("Öst…") != std::string::npos);
  CHECK(line_lengths(class_table(metrics)).size() == 1);
}

TEST_CASE("Tables without a genre are their head") {
  CHECK(confusion_table(Metrics{}) == "true \\ predicted  total  recall\n");
}
