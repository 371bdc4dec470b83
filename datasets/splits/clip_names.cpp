#include "datasets/splits/clip_names.h"

#include <algorithm>
#include <array>
#include <optional>

#include "datasets/csv.h"
#include "datasets/media_files.h"
#include "kernels/support/error.h"
#include "kernels/support/files.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

/// Without blanks around it, "./" before it and an extension behind it.
std::string key_of(std::string_view name) {
  const auto first = name.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  name = name.substr(first, name.find_last_not_of(" \t\r") + 1 - first);
  while (name.starts_with("./")) name.remove_prefix(2);
  const fs::path path(name);
  return (has_media_name(path) ? fs::path(path).replace_extension() : path).generic_string();
}

std::string last_part(const std::string& key) { return key.substr(key.rfind('/') + 1); }

bool ends_folder_by_folder(const std::string& whole, const std::string& end) {
  return whole == end || whole.ends_with("/" + end);
}

std::optional<std::size_t> column(const CsvRow& header, const std::vector<std::string>& names) {
  for (const auto& name : names)
    if (const auto at = std::ranges::find(header.cells, name); at != header.cells.end())
      return static_cast<std::size_t>(at - header.cells.begin());
  return std::nullopt;
}

}  // namespace

ClipNames::ClipNames(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    keys_.push_back(key_of(name));
    by_last_part_.emplace(last_part(keys_.back()), static_cast<std::int32_t>(keys_.size() - 1));
  }
}

std::vector<std::int32_t> ClipNames::find(std::string_view name) const {
  const std::string key = key_of(name);
  std::vector<std::int32_t> exact, found;
  const auto [begin, end] = by_last_part_.equal_range(last_part(key));
  for (auto at = begin; at != end; ++at) {
    const std::string& one = keys_[static_cast<std::size_t>(at->second)];
    if (one == key) exact.push_back(at->second);
    if (ends_folder_by_folder(one, key) || ends_folder_by_folder(key, one))
      found.push_back(at->second);
  }
  return exact.empty() ? found : exact;
}

ClipGroups read_clip_groups(const fs::path& csv, const std::vector<std::string>& names) {
  const std::string text = read_file(csv);
  CsvReader reader(text, csv.string());
  const auto header = reader.next();
  if (!header) throw Error(csv.string(), " is empty; a table of clips and groups is wanted");
  const auto file = column(*header, {"file", "filename", "path", "name"});
  const auto group = column(*header, {"group", "artist", "artist_group"});
  if (!file || !group)
    throw Error(
        csv.string(), ", line ", header->line, ": has no column ",
        file ? "'group', 'artist' or 'artist_group'" : "'file', 'filename', 'path' or 'name'",
        "; a table of clips and their groups is wanted");
  const ClipNames clips(names);
  ClipGroups groups{std::vector<std::int32_t>(names.size(), -1), {}};
  std::map<std::string, std::int32_t> numbers;
  while (const auto row = reader.next()) {
    const auto where = [&] { return csv.string() + ", line " + std::to_string(row->line) + ": "; };
    if (row->cells.size() != header->cells.size())
      throw Error(where(), "has ", row->cells.size(), " cells; the header has ",
                  header->cells.size());
    const auto rows = clips.find(row->cells[*file]);
    if (rows.size() > 1)
      throw Error(where(), "'", row->cells[*file], "' may be ", rows.size(),
                  " clips; name its folder too");
    if (rows.empty() || row->cells[*group].empty()) continue;
    const auto [known, added] =
        numbers.emplace(row->cells[*group], static_cast<std::int32_t>(groups.names.size()));
    if (added) groups.names.push_back(known->first);
    auto& of_clip = groups.group[static_cast<std::size_t>(rows[0])];
    if (of_clip >= 0 && of_clip != known->second)
      throw Error(where(), "puts '", row->cells[*file], "' into the group '", known->first,
                  "', a line before into '", groups.names[static_cast<std::size_t>(of_clip)], "'");
    of_clip = known->second;
  }
  if (groups.names.empty())
    throw Error(csv.string(), " names none of the ", names.size(),
                " clips, of which the first is '", names.empty() ? "" : names[0], "'");
  return groups;
}

}  // namespace tutti
