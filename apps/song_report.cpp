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
  constexpr std::size_t most = 5;
  const auto& warnings = problems.warnings;
  const std::size_t shown = warnings.size() > most + 1 ? most : warnings.size();
  for (std::size_t i = 0; i < shown; ++i)
    std::cerr << "tutti: warning: "
              << printable_lines(warnings[i].path.string() + ": " + warnings[i].reason) << '\n';
  if (shown < warnings.size())
    std::cerr << "tutti: " << warnings.size() - shown
              << " more warnings like these; --json lists all\n";
  for (const auto& [path, reason] : problems.bad)
    std::cerr << "tutti: " << printable_lines(path.string() + ": " + reason) << '\n';
}

void add_to(json& document, const SongProblems& problems) {
  document["errors"] = listed(problems.bad);
  document["warnings"] = listed(problems.warnings);
}

}  // namespace tutti
