#include "apps/playlists.h"

#include <algorithm>
#include <map>

#include "kernels/support/files.h"
#include "kernels/support/text.h"

namespace tutti {
namespace fs = std::filesystem;

namespace {

/// The genre as the name of a file.
std::string file_name(const std::string& genre) {
  std::string name = encode_utf8(printable(genre));
  std::ranges::replace(name, '/', '_');
  return (name.starts_with('.') ? "_" + name : name) + ".m3u8";
}

}  // namespace

std::vector<BadFile> write_playlists(const fs::path& folder, const std::vector<Prediction>& songs) {
  std::map<std::string, std::string> lists;
  std::vector<BadFile> left_out;
  for (const auto& song : songs) {
    const std::string path = fs::absolute(song.path).lexically_normal().string();
    if (path.find_first_of("\r\n") != std::string::npos) {
      left_out.push_back({song.path, "a playlist cannot hold a path with a line break"});
      continue;
    }
    lists.try_emplace(file_name(song.genre), "#EXTM3U\n").first->second += path + '\n';
  }
  make_folder(folder);
  for (const auto& [name, list] : lists) write_file(folder / name, list);
  return left_out;
}

}  // namespace tutti
