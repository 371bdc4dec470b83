#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "models/predict_files.h"

namespace tutti {

/// A place in a song: "1:05".
std::string minutes(double seconds);

/// A table, whose paths leave out the folders that all share; with `windows` also a line for each
/// of them.
std::string to_text(const std::vector<Prediction>& predictions, bool windows);
/// The columns path, start (empty for a song as a whole, seconds for a window), genre, probability,
/// votes (joined by ';') and the probability of each class. With `min_probability`, a genre that
/// the model is not sure of is left empty.
std::string to_csv(const std::vector<Prediction>& predictions,
                   const std::vector<std::string>& classes, bool windows,
                   std::optional<double> min_probability = {});
/// A list, each of the path, genre, probability, probabilities by class, votes and, if asked for,
/// windows.
nlohmann::json to_json(const std::vector<Prediction>& predictions,
                       const std::vector<std::string>& classes, bool windows);

/// Of silence, the model holds all genres for equally likely.
bool is_sure(const Prediction& song, double min_probability);

/// What `tutti genre --json` and the server say of songs.
struct GenreDocument {
  bool windows = false;
  std::size_t top = 3;
  double min_probability = 0;
};
/// "predictions", each as in to_json with the likeliest genres and whether the model is sure,
/// "errors" and "warnings".
nlohmann::json to_json(const Predictions& found, const std::vector<std::string>& classes,
                       const GenreDocument& document);

/// JSON as text; what is not UTF-8 in the name of a file or a genre is replaced.
std::string dump(const nlohmann::json& document);

}  // namespace tutti
