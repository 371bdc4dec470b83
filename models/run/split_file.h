#pragma once
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
void write_split_file(const std::filesystem::path& folder, const std::vector<SplitRow>& rows);

/// The part of every example, by its path or name. An Error names the line that is damaged.
std::map<std::string, Part> read_split_file(const std::filesystem::path& folder);

}  // namespace tutti
