#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "datasets/split.h"

/// split.csv of a run: path (or name), genre and part of every example, so that anything can use
/// the same parts.
namespace tutti {

struct SplitRow {
  std::string path, genre;
  Part part;
};
/// The rows of a data set: its examples' names, the genres of their labels, and their parts.
std::vector<SplitRow> split_rows(const std::vector<std::string>& names,
                                 const std::vector<std::int32_t>& labels,
                                 const std::vector<std::string>& genres,
                                 const ThreeWaySplit& split);
void write_split_file(const std::filesystem::path& folder, const std::vector<SplitRow>& rows);

/// The parts of the examples of every path or name, in their order: rows of a table may share a
/// name. An Error names the line that is damaged.
std::map<std::string, std::vector<Part>> read_split_file(const std::filesystem::path& folder);

}  // namespace tutti
