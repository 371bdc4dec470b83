#pragma once
#include "engine/training/data_loader.h"

namespace tutti {

/// Examples that are of no class. So that a network is unsure of them, it is trained on some, with
/// all classes equally likely. Hendrycks and others: outlier exposure (ICLR 2019).
struct Outliers {
  Tensor x;          // [n, …], of the data's type
  double share = 0;  // of a batch's examples, each replaced by one of them
};

/// A hook that does so after another, or after none.
Augment with_outliers(const Outliers& outliers, std::int64_t classes, Augment before = {});

/// Windows of sounds that are not music, uint8 [n, frames, mel_picture_bands].
Tensor not_music_windows(std::int64_t n, std::int64_t frames);

}  // namespace tutti
