#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/prediction.h"

namespace tutti {

/// A table, whose paths leave out the folders that all share; with `windows` also a line for each
/// of them.
std::string to_text(const std::vector<Prediction>& predictions, bool windows);
/// The columns path, start (empty for a song as a whole, seconds for a window), genre, probability,
/// votes (joined by ';') and the probability of each class.
std::string to_csv(const std::vector<Prediction>& predictions,
                   const std::vector<std::string>& classes, bool windows);
/// A list, each of the path, genre, probability, probabilities by class, votes and, if asked for,
/// windows.
nlohmann::json to_json(const std::vector<Prediction>& predictions,
                       const std::vector<std::string>& classes, bool windows);

}  // namespace tutti
