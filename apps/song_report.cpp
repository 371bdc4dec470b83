#include "apps/song_report.h"

#include <iostream>

#include "kernels/support/text.h"

namespace tutti {
namespace {

using nlohmann::json;

json listed(const std::vector<BadFile>& files) {
  json list = json::array();
  for (const auto& [path, reason] : files)
    list.push_back({{"path", path.string()}, {"reason", reason}});
  return list;
}

}  // namespace

void tell(const SongProblems& problems) {
  for (const auto& [path, warning] : problems.warnings)
    std::cerr << "tutti: warning: " << printable_lines(path.string() + ": " + warning) << '\n';
  for (const auto& [path, reason] : problems.bad)
    std::cerr << "tutti: " << printable_lines(path.string() + ": " + reason) << '\n';
}

void add_to(json& document, const SongProblems& problems) {
  document["errors"] = listed(problems.bad);
  document["warnings"] = listed(problems.warnings);
}

}  // namespace tutti
