#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/ensemble.h"

namespace tutti {

/// What a model makes of a song.
struct Prediction {
  std::string path, genre;
  float probability = 0;             // of the genre
  std::vector<float> probabilities;  // by class, the mean over members and windows
  std::vector<std::string> votes;    // by member
  double start = 0;                  // in seconds, of a window
  std::vector<Prediction> windows;   // of 30 s, one after another
};

/// The vote over members and windows, which are `count` rows from `first` on of the probabilities
/// [members, rows, classes].
Prediction decide(const std::string& path, const Tensor& scores, std::int64_t first,
                  std::int64_t count, const std::vector<std::string>& classes, Vote rule);

/// A table; with `windows` also a line for each of them.
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
