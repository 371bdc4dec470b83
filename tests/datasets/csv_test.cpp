#include "datasets/csv.h"

#include "kernels/support/text.h"
#include "tests/support/catch.h"

using namespace tutti;
using Cells = std::vector<std::string>;

namespace {

std::vector<CsvRow> rows_of(std::string_view text) {
  CsvReader reader(text, "songs.csv");
  std::vector<CsvRow> rows;
  while (auto row = reader.next()) rows.push_back(std::move(*row));
  return rows;
}

std::vector<Cells> cells_of(std::string_view text) {
  std::vector<Cells> cells;
  for (const auto& row : rows_of(text)) cells.push_back(row.cells);
  return cells;
}

}  // namespace

TEST_CASE("CSV rows are the same with every kind of line end") {
  const std::vector<Cells> expected{{"a", "b"}, {"", "2"}, {"3", ""}};
  CHECK(cells_of("a,b\n,2\n3,\n") == expected);
  CHECK(cells_of("a,b\r\n,2\r\n3,\r\n") == expected);
  CHECK(cells_of("a,b\r,2\r3,\r") == expected);
  CHECK(cells_of("a,b\n,2\n3,") == expected);
}

TEST_CASE("A byte order mark and blank lines are left out of CSV") {
  CHECK(cells_of("\xEF\xBB\xBF\"a\",b\n\n\r\n1,2\n\n\n") ==
        std::vector<Cells>{{"a", "b"}, {"1", "2"}});
  CHECK(cells_of("\xEF\xBB\xBF").empty());
  CHECK(cells_of("\n\n").empty());
  CHECK(cells_of("").empty());
}

TEST_CASE("A quoted CSV cell may hold commas, quotes and line ends") {
  CHECK(cells_of("\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\"\n\"\",\"\"\"\"\n") ==
        std::vector<Cells>{{"a,b", "say \"hi\"", "two\r\nlines"}, {"", "\""}});
  CHECK(cells_of("\"\"") == std::vector<Cells>{{""}});
  CHECK(cells_of("5\" disc,x") == std::vector<Cells>{{"5\" disc", "x"}});
}

TEST_CASE("A CSV row knows the line on which it starts") {
  const auto rows = rows_of("a\n\n\"x\ny\",\"\nz\"\r\nb\r\n");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].line == 1);
  CHECK(rows[1].line == 3);
  CHECK(rows[2].line == 6);
}

TEST_CASE("Faulty CSV is refused with its line") {
  CHECK_THROWS_WITH(rows_of("a,b\n1,\"2\n3,4\n"),
                    Equals("songs.csv, line 2: a quoted cell begins here that no quote closes"));
  CHECK_THROWS_WITH(rows_of("a\n\""), Contains("line 2: a quoted cell begins"));
  CHECK_THROWS_WITH(rows_of("a\n\"x\"\"\n"), Contains("line 2: a quoted cell begins"));
  CHECK_THROWS_WITH(rows_of("a,b\n\"1\"2,3\n"), Contains("songs.csv, line 2: there is text"));
  CHECK_THROWS_WITH(rows_of("a\n" + std::string(1 << 20, ',')),
                    Contains("line 2: has more than 65536 cells"));
}

TEST_CASE("A written CSV cell is read back as it was") {
  CHECK(csv_cell("pop/a.png") == "pop/a.png");
  CHECK(csv_cell("") == "");
  CHECK(csv_cell("a,b") == "\"a,b\"");
  CHECK(csv_cell("12\" mix") == "\"12\"\" mix\"");
  for (const std::string cell : {"plain", "a,b", "\"", "\"\"x", "line\nend", "\r", "é, ü"})
    CHECK(cells_of("1," + csv_cell(cell) + ",2\n") == std::vector<Cells>{{"1", cell, "2"}});
}
