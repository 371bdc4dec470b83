#include "datasets/csv.h"

#include <algorithm>

#include "kernels/support/error.h"

namespace tutti {
namespace {

// A cell takes 32 bytes however short its text is: a file of commas alone must not fill the memory.
constexpr std::size_t most_cells = 1 << 16;

}  // namespace

CsvReader::CsvReader(std::string_view text, std::string file)
    : rest_(text), file_(std::move(file)) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
}

std::optional<CsvRow> CsvReader::next() {
  while (take_line_end()) {
  }
  if (rest_.empty()) return std::nullopt;
  CsvRow row{line_, {}};
  do {
    if (row.cells.size() == most_cells)
      throw Error(file_, ", line ", row.line, ": has more than ", most_cells,
                  " cells; is this a CSV file?");
    row.cells.push_back(rest_.starts_with('"') ? quoted_cell() : plain_cell());
  } while (take(','));
  if (!rest_.empty() && !take_line_end())
    throw Error(file_, ", line ", line_,
                ": there is text behind a closing quote; a quote inside quotes is written twice");
  return row;
}

bool CsvReader::take(char wanted) {
  if (!rest_.starts_with(wanted)) return false;
  rest_.remove_prefix(1);
  return true;
}

bool CsvReader::take_line_end() {
  const bool carriage_return = take('\r'), line_feed = take('\n');
  if (!carriage_return && !line_feed) return false;
  ++line_;
  return true;
}

std::string CsvReader::plain_cell() {
  const auto cell = rest_.substr(0, rest_.find_first_of(",\r\n"));
  rest_.remove_prefix(cell.size());
  return std::string(cell);
}

std::string CsvReader::quoted_cell() {
  std::string cell;
  take('"');
  do {
    const auto quote = rest_.find('"');
    if (quote == std::string_view::npos)
      throw Error(file_, ", line ", line_, ": a quoted cell begins here that no quote closes");
    cell += rest_.substr(0, quote + 1);
    rest_.remove_prefix(quote + 1);
  } while (take('"'));
  cell.pop_back();  // the closing quote
  line_ += std::count(cell.begin(), cell.end(), '\n');
  return cell;
}

}  // namespace tutti
