#include "datasets/picture_files.h"

#include <algorithm>
#include <array>
#include <set>

#include "engine/error.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

/// What stands in a folder and passes `wanted`, sorted by name; hidden entries do not.
std::vector<fs::path> entries(const fs::path& folder, bool (*wanted)(const fs::path&)) try {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder))
    if (!entry.path().filename().native().starts_with('.') && wanted(entry.path()))
      paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
} catch (const fs::filesystem_error& problem) {
  throw Error("cannot read the folder ", folder.string(), ": ", problem.code().message());
}

/// A link that leads nowhere is no folder; one that may not be followed is an Error.
bool is_folder(const fs::path& path) {
  std::error_code problem;
  const bool folder = fs::is_directory(path, problem);
  if (problem == std::errc::permission_denied)
    throw Error("cannot read ", path.string(), ": ", problem.message());
  return folder;
}

/// By its name, so that a link that leads nowhere is a bad picture rather than none.
bool is_picture(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& letter : extension)
    if (letter >= 'A' && letter <= 'Z') letter += 'a' - 'A';
  constexpr std::array known = {".png", ".jpg", ".jpeg", ".bmp"};
  std::error_code ignored;
  return std::find(known.begin(), known.end(), extension) != known.end() &&
         !fs::is_directory(path, ignored);
}

/// Each folder is read once, so that links cannot lead round in circles.
void collect_pictures(const fs::path& folder, std::set<fs::path>& seen,
                      std::vector<fs::path>& found) {
  if (!seen.insert(fs::canonical(folder)).second) return;
  for (const auto& path : entries(folder, [](const fs::path&) { return true; })) {
    if (is_picture(path))
      found.push_back(path);
    else if (is_folder(path))
      collect_pictures(path, seen, found);
  }
}

}  // namespace

std::vector<fs::path> folders_in(const fs::path& folder) { return entries(folder, is_folder); }

std::vector<fs::path> pictures_in(const fs::path& folder) { return entries(folder, is_picture); }

std::vector<fs::path> find_pictures(const fs::path& path) {
  std::error_code problem;
  const auto status = fs::status(path, problem);
  if (!fs::exists(status)) throw Error("cannot read ", path.string(), ": ", problem.message());
  if (!fs::is_directory(status)) return {path};
  std::set<fs::path> seen;
  std::vector<fs::path> found;
  collect_pictures(path, seen, found);
  if (found.empty())
    throw Error(path.string(), " holds no pictures (.png, .jpg, .jpeg or .bmp files)");
  return found;
}

}  // namespace tutti
