#include "datasets/feature_table.h"

#include <algorithm>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

using namespace tutti;
namespace fs = std::filesystem;

namespace {

using Row = std::vector<std::string>;

std::string line(const Row& row) {
  std::string text;
  for (const auto& cell : row) text += (text.empty() ? "" : ",") + cell;
  return text + '\n';
}

std::string file(const std::vector<Row>& rows) {
  std::string text;
  for (const auto& row : rows) text += line(row);
  return text;
}

/// filename, the 28 features, label.
Row header() {
  Row row{"filename"};
  row.insert(row.end(), feature_names().begin(), feature_names().end());
  row.push_back("label");
  return row;
}

/// A song of which feature i is first + i.
Row song(const std::string& name, int first, const std::string& label) {
  Row row{name};
  for (int i = 0; i < 28; ++i) row.push_back(std::to_string(first + i));
  row.push_back(label);
  return row;
}

std::vector<Row> small_table() {
  return {header(), song("a.wav", 100, "rock"), song("b.wav", 200, "jazz"),
          song("c.wav", 300, "rock")};
}

FeatureTable load(const std::string& text, bool labeled = true) {
  const test::TemporaryFolder folder;
  write_file(folder / "songs.csv", text);
  return load_feature_table(folder / "songs.csv", labeled);
}

FeatureTable load(const std::vector<Row>& rows, bool labeled = true) {
  return load(file(rows), labeled);
}

/// The message of the Error that a table makes, from the file's name on.
std::string table_error(const std::string& text, bool labeled = true) {
  try {
    load(text, labeled);
  } catch (const Error& error) {
    const std::string message = error.what();
    return message.substr(message.find("songs.csv"));
  }
  return "no error";
}

std::string table_error(const std::vector<Row>& rows, bool labeled = true) {
  return table_error(file(rows), labeled);
}

/// The Error of the small table with another value of feature i in its second song.
std::string error_with_value(std::size_t i, const std::string& value) {
  auto rows = small_table();
  rows[2][1 + i] = value;
  return table_error(rows);
}

/// The value that a cell of the table is read as.
float value_of(const std::string& cell) {
  auto rows = small_table();
  rows[1][1] = cell;
  return load(rows).values.data<float>()[0];
}

}  // namespace

TEST_CASE("There are 28 features") {
  REQUIRE(feature_names().size() == 28);
  CHECK(feature_names().front() == "tempo");
  CHECK(feature_names()[7] == "zero_crossing_rate");
  CHECK(feature_names()[8] == "mfcc1");
  CHECK(feature_names().back() == "mfcc20");
}

TEST_CASE("A feature table is read with its names, values and labels") {
  const auto table = load(small_table());
  CHECK(table.names == Row{"a.wav", "b.wav", "c.wav"});
  CHECK(table.values.shape() == Shape{3, 28});
  CHECK(table.values.data<float>()[0] == 100);
  CHECK(table.values.data<float>()[28 + 27] == 227);
  CHECK(table.classes == Row{"jazz", "rock"});
  CHECK(table.labels == std::vector<std::int32_t>{1, 0, 1});
}

TEST_CASE("The columns of a feature table may come in any order, in Excel's CSV too") {
  auto rows = small_table();
  for (auto& row : rows) std::reverse(row.begin(), row.end());
  auto text = "\xEF\xBB\xBF" + file(rows) + "\n\n";
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
    text.replace(at, 1, "\r\n");
  const auto table = load(text), original = load(small_table());
  CHECK(table.names == original.names);
  CHECK(table.values.to_vector<float>() == original.values.to_vector<float>());
  CHECK(table.labels == original.labels);
  CHECK(table.fingerprint == original.fingerprint);
}

TEST_CASE("A feature table needs no file names") {
  auto rows = small_table();
  for (auto& row : rows) row.erase(row.begin());
  CHECK(load(rows).names == Row{"line 2", "line 3", "line 4"});
}

TEST_CASE("A table to predict from needs no labels, and what is there is not read") {
  auto rows = small_table();
  rows[1].back() = "";
  const auto with = load(rows, false);
  for (auto& row : rows) row.pop_back();
  const auto without = load(rows, false);
  for (const auto& table : {with, without}) {
    CHECK(table.values.shape() == Shape{3, 28});
    CHECK(table.classes.empty());
    CHECK(table.labels.empty());
  }
  rows.resize(2);
  CHECK(load(rows, false).names == Row{"a.wav"});
}

TEST_CASE("The labels 1 and 2 of the two-genre table are pop and classical") {
  auto rows = small_table();
  rows[1].back() = " 2";
  rows[2].back() = "1";
  rows[3].back() = "2";
  auto table = load(rows);
  CHECK(table.classes == Row{"pop", "classical"});
  CHECK(table.labels == std::vector<std::int32_t>{1, 0, 1});
  rows[3].back() = "3";
  table = load(rows);
  CHECK(table.classes == Row{"1", "2", "3"});
  CHECK(table.labels == std::vector<std::int32_t>{1, 0, 2});
}

TEST_CASE("A table's fingerprint is of its names, values and labels") {
  const auto original = load(small_table()).fingerprint;
  CHECK(original.size() == 16);
  CHECK(load(small_table()).fingerprint == original);
  for (const std::size_t cell : {0, 5, 29}) {
    auto rows = small_table();
    rows[3][cell] = cell == 29 ? "jazz" : "7";
    CHECK(load(rows).fingerprint != original);
  }
}

TEST_CASE("Numbers are read as programs and spreadsheets write them") {
  CHECK(value_of("-1.5") == -1.5f);
  CHECK(value_of("+2.5e-3") == 2.5e-3f);
  CHECK(value_of(" 1E2\t") == 100);
  CHECK(value_of(".5") == .5f);
  CHECK(value_of("\"5.\"") == 5);
  CHECK(value_of("0.1") == 0.1f);
}

TEST_CASE("A cell that is not a finite number is named with its line and column") {
  CHECK_THAT(error_with_value(3, "loud"), Equals("songs.csv, line 3: column 'rmse' holds 'loud', "
                                                 "which is not a number; a number is wanted, as in "
                                                 "-1.5 or 2e3"));
  CHECK_THAT(error_with_value(27, ""), Contains("line 3: column 'mfcc20' is empty"));
  CHECK_THAT(error_with_value(0, "  "), Contains("line 3: column 'tempo' is empty"));
  for (const std::string text : {"NaN", "-nan", "inf", "-Infinity", "1e39", "-1e39", "1e999"})
    CHECK_THAT(error_with_value(1, text),
               Contains("line 3: column 'beats' holds '" + text + "', which is not finite"));
  for (const std::string text : {"+-1", "++1", "+", "1 2", "0x10", "\"1,5\"", "1.5.2", "1e"})
    CHECK_THAT(error_with_value(1, text), Contains("which is not a number"));
  CHECK_THAT(error_with_value(1, "\"a\nb" + std::string(1000, 'c') + '"'),
             Contains("holds 'a b" + std::string(37, 'c') + "…', which"));
}

TEST_CASE("A file that is not a table of songs is refused") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH(load_feature_table(folder / "none.csv"),
                    Contains("none.csv: No such file or directory; a CSV file"));
  CHECK_THROWS_WITH(load_feature_table(folder.path()), Contains(": Is a directory; a CSV file"));
  CHECK_THAT(table_error(""), Contains("songs.csv is empty"));
  CHECK_THAT(table_error("\n\n"), Contains("songs.csv is empty"));
  CHECK_THAT(table_error({header()}), Contains("names its columns but has no songs"));
  CHECK_THAT(table_error(line(header()) + "\"open"), Contains("songs.csv, line 2: a quoted cell"));
}

TEST_CASE("Columns that are missing, doubled or unknown are all named") {
  auto rows = small_table();
  rows[0][4] = "rms";
  rows[0][29] = "genre";
  CHECK_THAT(table_error(rows),
             Equals("songs.csv, line 1: lacks the columns 'rmse', 'label'; it has "
                    "to name the 28 features, 'label' and, if you like, "
                    "'filename'"));
  CHECK_THAT(table_error(rows, false), Contains("lacks the column 'rmse';"));

  rows = small_table();
  rows[0].back() = "genre";
  CHECK_THAT(table_error(rows), Contains("line 1: lacks the column 'label';"));
  CHECK_THAT(table_error(rows, false), Contains("line 1: has the unknown column 'genre';"));

  rows = small_table();
  for (auto& row : rows) row.insert(row.end(), {"7", "8"});
  rows[0][30] = "mood";
  rows[0][31] = "key";
  CHECK_THAT(table_error(rows), Contains("line 1: has the unknown columns 'key', 'mood';"));
  rows[0][30] = "label";
  CHECK_THAT(table_error(rows), Contains("line 1: names the column 'label' twice; remove one"));

  Row many = header();
  for (int i = 0; i < 1000; ++i) many.push_back("x" + std::to_string(i));
  CHECK_THAT(table_error({many}), Contains(" and 970 more;"));
}

TEST_CASE("Rows of another length than the header are refused with their line") {
  auto rows = small_table();
  rows[2].pop_back();
  CHECK_THAT(table_error(rows), Equals("songs.csv, line 3: has 29 cells; the header has 30"));
  rows[2] = {"a"};
  CHECK_THAT(table_error(rows), Equals("songs.csv, line 3: has 1 cell; the header has 30"));
  rows = small_table();
  rows[3].push_back("");
  CHECK_THAT(table_error(rows), Equals("songs.csv, line 4: has 31 cells; the header has 30"));
}

TEST_CASE("Labels that are missing or all alike are refused") {
  auto rows = small_table();
  rows[3].back() = " ";
  CHECK_THAT(table_error(rows), Contains("songs.csv, line 4: column 'label' is empty"));
  rows[3].back() = rows[2].back() = "rock";
  CHECK_THAT(table_error(rows), Contains("songs.csv: column 'label' is 'rock' in every row"));
}

TEST_CASE("The published two-genre table is read") {
  const auto path = test::real_data("data_2genre.csv");
  if (!path) return;
  const auto table = load_feature_table(*path);
  CHECK(table.values.shape() == Shape{200, 28});
  CHECK(table.classes == Row{"pop", "classical"});
  CHECK(std::count(table.labels.begin(), table.labels.end(), 0) == 100);
  CHECK(std::count(table.labels.begin(), table.labels.end(), 1) == 100);
  for (std::size_t i = 0; i < table.names.size(); ++i)
    CHECK(table.names[i].starts_with(table.classes[static_cast<std::size_t>(table.labels[i])]));
  CHECK(table.values.data<float>()[0] == 117.45383522727273f);
}

TEST_CASE("The published ten-genre table is read") {
  const auto path = test::real_data("data.csv");
  if (!path) return;
  const auto table = load_feature_table(*path);
  CHECK(table.values.shape() == Shape{1000, 28});
  CHECK(table.classes == Row{"blues", "classical", "country", "disco", "hiphop", "jazz", "metal",
                             "pop", "reggae", "rock"});
  for (int label = 0; label < 10; ++label)
    CHECK(std::count(table.labels.begin(), table.labels.end(), label) == 100);
  CHECK(table.values.data<float>()[999 * 28 + 27] == -4.2209984809933285f);
}
