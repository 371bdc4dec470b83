#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti {

/// A row of a CSV text and the line on which it starts, counted from 1.
struct CsvRow {
  std::int64_t line = 0;
  std::vector<std::string> cells;
};

/// Reads CSV (RFC 4180) row by row: quoted cells may hold commas, line ends and doubled quotes. A
/// byte order mark and blank lines are left out; a line ends with LF, CR LF or CR. An Error names
/// the file and the line of a quote that is not closed, of text behind a closing quote, and of a
/// row with more than 65 536 cells.
class CsvReader {
 public:
  /// `text` has to outlive the reader; `file` is its name in Errors.
  CsvReader(std::string_view text, std::string file);

  /// The next row; nothing at the end of the text.
  std::optional<CsvRow> next();

 private:
  bool take(char wanted);
  bool take_line_end();
  std::string plain_cell();
  std::string quoted_cell();

  std::string_view rest_;
  std::string file_;
  std::int64_t line_ = 1;
};

}  // namespace tutti
