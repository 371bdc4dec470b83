#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/// report.html: a run, or several beside each other, on one page.
namespace tutti {

/// The command that trains the run of a run.json again. Its --data and --out may have to be others.
std::string command_of(const nlohmann::json& run);

/// What a folder says of its run, whose run.json is given, for html_report(). An Error names the
/// file that is damaged.
nlohmann::json report_of(const std::filesystem::path& folder, const nlohmann::json& run);

/// The page of some of them. At most 4000 songs are listed: first those that were named wrongly.
std::string report_page(std::vector<nlohmann::json> reports);

/// Writes report.html into the folder of a run whose run.json is given, with the search that it
/// comes from, if there was one.
void write_report(const std::filesystem::path& folder, const nlohmann::json& run,
                  const nlohmann::json& search = {});

}  // namespace tutti
