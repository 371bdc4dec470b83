#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "kernels/support/enum_names.h"
#include "models/mel/mel_cnn.h"
#include "models/mel/statistics_network.h"

namespace tutti {

class MelEnsemble;

/// How many networks of each kind, and how they are made and trained.
struct MelRecipe {
  std::int64_t cnns = 3, statistics = 0;
  MelCnnRecipe cnn;
  StatisticsRecipe network;
  /// The share of training examples replaced by sounds that are not music; see Outliers. None where
  /// clips have another number of bands than mel pictures.
  double not_music = 0.06;
  std::uint64_t seed = 54;
  Device device = Device::cpu;
  /// Trained networks to start from: see MelEnsemble::fine_tuning.
  std::shared_ptr<const MelEnsemble> from = {};
  bool same_genres = false;
};

enum class MelNetwork { cnn, statistics };
/// Their files begin with these words.
template <>
inline constexpr EnumNames<MelNetwork> enum_names<MelNetwork> = {
    "a kind of network", {{MelNetwork::cnn, "melcnn"}, {MelNetwork::statistics, "statistics"}}};

/// Networks of two kinds that err differently: MelCnns, and networks on statistics. All vote by the
/// mean of their probabilities.
class MelEnsemble {
 public:
  /// With initial weights, or those of recipe.from, for the training clips. Windows here and below
  /// are those of all clips, uint8 [clips, frames, bands] (see windows.h). An Error if there is not
  /// a network.
  MelEnsemble(const ClipExamples& training, const Tensor& windows, std::int64_t genres,
              const MelRecipe& recipe);

  /// Makes the observer of each kind's training, the CNNs' first.
  using Observe = std::function<TrainObserver(MelNetwork kind, int epochs)>;
  /// Trains all on the clips that it was made for. Returns the history of the first kind there is;
  /// fewer epochs of it, and the other kind untrained, if it was stopped. The CNNs go on from their
  /// checkpoint, if there is one.
  History train(const ClipExamples& training, const ClipExamples& validation, const Tensor& windows,
                std::stop_token stop = {}, const Observe& observe = {},
                const TrainCheckpoint* cnns = nullptr);

  /// Every network's probabilities for rows of windows:
  /// float32 [networks, rows, genres]. Of a window with nothing in it, silence, all are equal.
  Tensor score(const Tensor& windows, const std::vector<std::int32_t>& rows) const;

  /// Each network as a Keras file: melcnn_0.h5, …, statistics_0.h5, …
  void save(const std::filesystem::path& folder) const;
  /// Errors name a file that is damaged or unlike the others, or the folder if it holds none.
  static MelEnsemble load(const std::filesystem::path& folder, Device device = Device::cpu);

  /// The recipe for as many networks of the same sizes that start from these; of other genres, with
  /// a last layer of their own.
  static MelRecipe fine_tuning(MelEnsemble from, bool same_genres, MelRecipe recipe);

  std::int64_t size() const;
  std::int64_t genres() const;
  /// What the CNNs take, in frames and bands; statistics are of any number.
  std::optional<std::int64_t> crop() const;
  std::optional<std::int64_t> bands() const;

 private:
  MelEnsemble() = default;

  MelRecipe recipe_;
  std::optional<Model> cnns_, statistics_;
};

/// Whether a file has the name of one of an ensemble's networks: melcnn_0.h5.
bool is_mel_network(const std::filesystem::path& file);

}  // namespace tutti
