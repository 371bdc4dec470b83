#include "reports/metrics_table.h"

#include <algorithm>
#include <vector>

#include "kernels/support/text.h"

namespace tutti {
namespace {

using Row = std::vector<std::u32string>;

constexpr std::size_t longest_name = 24;
constexpr std::size_t line_length = 100;  // what the confusion table's columns try to share

/// The first column to the left, the others to the right, two spaces between them.
std::string aligned(const std::vector<Row>& rows) {
  std::vector<std::size_t> width(rows.front().size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], columns_of(row[i]));

  std::u32string text;
  for (const Row& row : rows) {
    text += row[0] + std::u32string(width[0] - columns_of(row[0]), U' ');
    for (std::size_t i = 1; i < row.size(); ++i)
      text += std::u32string(2 + width[i] - columns_of(row[i]), U' ') + row[i];
    text += U'\n';
  }
  return encode_utf8(text);
}

std::u32string number(std::int64_t value) { return decode_utf8(std::to_string(value)); }

/// A rate of so many examples; of none there is no rate.
std::u32string rate(double value, std::int64_t examples) {
  return examples ? decode_utf8(fixed(value, 4)) : U"–";
}

std::u32string name(const std::string& genre, std::size_t longest = longest_name) {
  return truncated(printable(genre), longest);
}

}  // namespace

std::string confusion_table(const Metrics& metrics) {
  const std::size_t classes = metrics.classes.size();
  const std::size_t share = line_length / std::max<std::size_t>(classes, 1);
  const std::size_t head_length = std::clamp<std::size_t>(share, 6, 14) - 2;

  Row head = {U"true \\ predicted"};
  for (const auto& genre : metrics.classes) head.push_back(name(genre, head_length));
  head.insert(head.end(), {U"total", U"recall"});

  std::vector<Row> rows = {head};
  for (std::size_t genre = 0; genre < classes; ++genre) {
    Row row = {name(metrics.classes[genre])};
    for (const auto count : metrics.confusion[genre]) row.push_back(number(count));
    const auto support = metrics.examples_of(genre);
    row.push_back(number(support));
    row.push_back(rate(metrics.per_class[genre].recall, support));
    rows.push_back(row);
  }
  return aligned(rows);
}

std::string class_table(const Metrics& metrics) {
  std::vector<Row> rows = {{U"genre", U"precision", U"recall (TPR)", U"FPR", U"F1", U"support"}};
  for (std::size_t genre = 0; genre < metrics.classes.size(); ++genre) {
    const ClassMetrics& result = metrics.per_class[genre];
    const auto support = metrics.examples_of(genre);
    rows.push_back({name(metrics.classes[genre]), rate(result.precision, support),
                    rate(result.recall, support),
                    rate(result.false_positive_rate, metrics.examples() - support),
                    rate(result.f1, support), number(support)});
  }
  return aligned(rows);
}

}  // namespace tutti
