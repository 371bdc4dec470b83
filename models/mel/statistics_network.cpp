#include "models/mel/statistics_network.h"

#include <algorithm>

#include "datasets/audio/song_statistics.h"
#include "engine/layers/dense.h"
#include "engine/layers/noise/dropout.h"
#include "engine/members.h"
#include "kernels/support/threads.h"
#include "models/mel/standardization.h"
#include "models/mel/windows.h"

namespace tutti {

Model statistics_network(std::int64_t columns, std::int64_t genres,
                         const StatisticsRecipe& recipe) {
  return Sequential(Shape{columns}, standardization(), Dropout(recipe.dropout),
                    Dense({.units = recipe.units, .activation = Activation::relu}),
                    Dropout(recipe.dropout),
                    Dense({.units = genres, .activation = Activation::softmax}));
}

namespace {

/// The statistics of so many pieces of every window, the first of which is all of it.
Tensor statistics_of(const Tensor& windows, const std::vector<std::int32_t>& rows,
                     std::int64_t pieces) {
  const std::int64_t frames = windows.dim(1), bands = windows.dim(2),
                     columns = std::ssize(statistic_names());
  const std::int64_t half = (frames + 1) / 2;
  Tensor statistics =
      Tensor::empty({std::ssize(rows) * pieces, columns}, DType::float32, Device::cpu);
  const auto* const levels = windows.data<std::uint8_t>();
  float* const to = statistics.data<float>();
  parallel_for(std::ssize(rows) * pieces, [&](std::int64_t i) {
    const auto row = rows[static_cast<std::size_t>(i / pieces)];
    const std::int64_t piece = i % pieces;
    const std::int64_t first = piece ? piece_start(frames, half, pieces - 1, piece - 1) : 0;
    const auto values =
        song_statistics(levels + (row * frames + first) * bands, piece ? half : frames, bands);
    std::ranges::transform(values, to + i * columns,
                           [](double value) { return static_cast<float>(value); });
  });
  return statistics;
}

}  // namespace

Tensor statistics_of(const Tensor& windows, const std::vector<std::int32_t>& rows) {
  return statistics_of(windows, rows, 1);
}

Tensor statistics_of_pieces(const Tensor& windows, const std::vector<std::int32_t>& rows) {
  return statistics_of(windows, rows, pieces_of_a_window);
}

Model build_statistics_networks(const Examples& training, std::int64_t genres,
                                const std::vector<RandomStream>& members,
                                const StatisticsRecipe& recipe, Device device) {
  const std::int64_t columns = training.x.dim(1);
  MomentSums sums(static_cast<std::size_t>(columns));
  for (const auto row : training.rows) sums.add(training.x.data<float>() + row * columns);
  Model networks = statistics_network(columns, genres, recipe);
  networks.build(streams_for(Purpose::initialization, members), device);
  set_moments(networks, sums.moments());
  return networks;
}

TrainResult train_statistics_networks(Model& networks, const Examples& training,
                                      const Examples& validation,
                                      const std::vector<RandomStream>& members,
                                      const StatisticsRecipe& recipe, std::stop_token stop,
                                      const TrainObserver& observer) {
  const std::int64_t steps = std::max<std::int64_t>(1, training.size() / std::max(1, recipe.batch));
  TrainOptions options;
  options.epochs = recipe.epochs;
  options.batch_size = recipe.batch;
  options.learning_rate = CosineDecay(recipe.learning_rate, recipe.epochs * steps);
  options.drop_last = true;
  options.augment = with_outliers(recipe.outliers, networks.classes());
  const auto shared = [&](const Examples& part) {
    return shared_by(part.rows.empty() ? 0 : std::ssize(members), part);
  };
  return train(networks, {members, shared(training), shared(validation)}, options, std::move(stop),
               observer);
}

}  // namespace tutti
