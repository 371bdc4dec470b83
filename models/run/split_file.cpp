#include "models/run/split_file.h"

#include <sstream>
#include <utility>

#include "datasets/csv.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/text.h"

namespace tutti {
namespace fs = std::filesystem;

std::vector<SplitRow> split_rows(const std::vector<std::string>& names,
                                 const std::vector<std::int32_t>& labels,
                                 const std::vector<std::string>& genres,
                                 const ThreeWaySplit& split) {
  std::vector<SplitRow> rows;
  for (std::size_t i = 0; i < names.size(); ++i)
    rows.push_back({names[i], genres.at(static_cast<std::size_t>(labels.at(i))), Part::none});
  const auto set = [&](const std::vector<std::int32_t>& some, Part part) {
    for (const auto row : some) rows.at(static_cast<std::size_t>(row)).part = part;
  };
  set(split.train, Part::train);
  set(split.validation, Part::validation);
  set(split.test, Part::test);
  return rows;
}

void write_split_file(const fs::path& folder, const std::vector<SplitRow>& rows) {
  std::ostringstream csv;
  csv << "path,genre,part\n";
  for (const auto& [path, genre, part] : rows)
    csv << csv_cell(path) << ',' << csv_cell(genre) << ',' << name(part) << '\n';
  write_file(folder / "split.csv", csv.str());
}

std::map<std::string, std::vector<Part>> read_split_file(const fs::path& folder) {
  const fs::path path = folder / "split.csv";
  const std::string text = read_file(path);
  CsvReader reader(text, path.string());
  std::map<std::string, std::vector<Part>> parts;
  bool header = true;
  while (const auto row = reader.next()) {
    const auto damaged = [&](const auto&... what) {
      return Error(path.string(), ", line ", row->line, ": ", what...);
    };
    if (row->cells.size() != 3)
      throw damaged("has ", row->cells.size(), " cells, not path, genre and part");
    if (std::exchange(header, false)) continue;
    try {
      const Part part = from_name<Part>(row->cells[2]);
      if (part == Part::all) throw Error("'all' is not a part of a split");
      parts[row->cells[0]].push_back(part);
    } catch (const Error& problem) {
      throw damaged(problem.what());
    }
  }
  return parts;
}

}  // namespace tutti
