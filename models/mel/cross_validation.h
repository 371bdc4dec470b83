#pragma once
#include <cstddef>
#include <vector>

#include "datasets/split.h"
#include "models/mel/mel_ensemble.h"

namespace tutti {

/// Every network's probabilities [networks, n, genres] for clips that it was not trained on, and
/// those of their vote [n, genres], calibrated.
struct HeldOut {
  Tensor scores;
  std::vector<float> probabilities;
  std::vector<std::int32_t> rows, labels;  // [n]
};

/// An ensemble trained on all folds of a collection but one, each left out in turn.
class CrossValidation {
 public:
  /// `clips` are all, with their windows. Stopped, it holds the folds before.
  CrossValidation(const ClipExamples& clips, const Tensor& windows, std::int64_t genres,
                  const std::vector<Split>& folds, const MelRecipe& recipe,
                  std::stop_token stop = {}, const MelEnsemble::Observe& observe = {});

  /// The temperature at which all clips' labels are likeliest; see fit_temperature.
  double temperature() const;
  /// All clips, fold after fold, the vote on each fold at the temperature of the others.
  HeldOut calibrated() const;

 private:
  HeldOut all_but(std::size_t fold) const;

  std::vector<HeldOut> folds_;
};

}  // namespace tutti
