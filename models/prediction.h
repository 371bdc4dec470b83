#pragma once
#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

#include "models/vote.h"

namespace tutti {

/// What a model makes of a song.
struct Prediction {
  std::string path, genre;
  float probability = 0;             // of the genre
  std::vector<float> probabilities;  // by class, the mean over members and windows, tempered
  std::vector<std::string> votes;    // by member
  double start = 0;                  // in seconds, of a window
  std::vector<Prediction> windows;   // of 30 s, one after another
};
inline auto message_parts(Prediction& p) {
  return std::tie(p.path, p.genre, p.probability, p.probabilities, p.votes, p.start, p.windows);
}

/// The vote over members and windows, which are `count` rows from `first` on of the probabilities
/// [members, rows, classes]. See tempered_mean.
Prediction decide(const std::string& path, const Tensor& scores, std::int64_t first,
                  std::int64_t count, const std::vector<std::string>& classes, Vote rule,
                  double temperature);

/// The likeliest classes, the likeliest first.
std::vector<std::size_t> likeliest(const std::vector<float>& probabilities, std::size_t count);

}  // namespace tutti
