#pragma once
#include <stop_token>

#include "engine/training/train.h"
#include "models/mel/outliers.h"

namespace tutti {

/// How networks on the 800 statistics of a window are made and trained. What was measured of it:
/// benchmarks/results.
struct StatisticsRecipe {
  std::int64_t units = 128;
  double dropout = 0.5;  // of the statistics, and of the hidden units
  int epochs = 50, batch = 32;
  double learning_rate = 1e-3;  // the highest, at the start; down to 0 along a cosine
  Outliers outliers = {};       // statistics [n, 800]
};

/// Each column standardized; dropout, dense, relu, dropout, softmax. An example is [columns].
Model statistics_network(std::int64_t columns, std::int64_t genres, const StatisticsRecipe& recipe);

/// song_statistics of windows (see windows.h), float32 [rows, 800].
Tensor statistics_of(const Tensor& windows, const std::vector<std::int32_t>& rows);

/// What the networks are trained on, float32 [rows * pieces_of_a_window, 800]: of every window the
/// statistics of the whole and of five halves, evenly spaced from its start to its end. With the
/// whole alone, they name two of a hundred songs fewer.
inline constexpr std::int64_t pieces_of_a_window = 6;
Tensor statistics_of_pieces(const Tensor& windows, const std::vector<std::int32_t>& rows);

/// Such networks, one for each stream, with their initial weights, for statistics x [examples,
/// 800].
Model build_statistics_networks(const Examples& training, std::int64_t genres,
                                const std::vector<RandomStream>& members,
                                const StatisticsRecipe& recipe, Device device);

/// Trains them side by side; there may be no rows to validate on.
TrainResult train_statistics_networks(Model& networks, const Examples& training,
                                      const Examples& validation,
                                      const std::vector<RandomStream>& members,
                                      const StatisticsRecipe& recipe, std::stop_token stop = {},
                                      const TrainObserver& observer = {});

}  // namespace tutti
