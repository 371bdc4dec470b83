#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "reports/search/search_report.h"

namespace tutti {

/// The report, and what the best model came to on the test set (null if that is not known): text or
/// the JSON of `tune --json`.
void print(const SearchReport& report, const nlohmann::json& test, bool as_json);

nlohmann::json to_json(const SearchReport& report, const nlohmann::json& test);

/// search_history.png, search_importance.png, search_parallel.png and search_slices.png.
void draw_search(const std::filesystem::path& folder, const SearchReport& report);

std::string value_word(const std::optional<double>& v);  // "0.9375"; "-" for none
/// "units 52, lr 0.00239", in the space's order.
std::string params_words(const Params& params, const Space& space);

}  // namespace tutti
