#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace tutti {

/// A page that needs nothing but itself, neither files nor a network: what the scripts in it
/// make of `document`. That holds "title" and "runs", a list of what the page shows:
///   name, run (run.json), metrics (metrics.json), command,
///   curves (members, and of accuracy and loss in training and validation mean, low and high, lists
///   by epoch),
///   songs (a list of [name, true genre, named genre, [[genre, probability], …]], genres by index)
///   and how many there are as songs_total, audit, search; any of these may be missing.
std::string html_report(const nlohmann::json& document);

}  // namespace tutti
