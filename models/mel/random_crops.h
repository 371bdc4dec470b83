#pragma once
#include "datasets/clips.h"
#include "engine/training/data_loader.h"
#include "models/mel/distortion.h"

namespace tutti {

struct RandomCropOptions {
  std::int64_t frames;         // of a crop
  Distortion distortion = {};  // of each crop
  /// Each crop is mixed with another of its batch, in shares drawn from Beta(mixup, mixup), and so
  /// are their labels. Above 0 and at most 1; 0: no mixing. Zhang and others: mixup (ICLR 2018).
  double mixup = 0;
  std::int64_t classes = 0;  // not read without mixup
};

/// Batches whose x is uint8 [M, B, frames, bands], a crop from anywhere in each of the batch's
/// clips. Of a shorter clip, a crop goes round. The clips live as long as the hook.
Augment random_crops(const Clips& clips, const RandomCropOptions& options);

/// A number from Beta(a, a), 0 < a <= 1. Jöhnk's method.
double draw_beta(RandomStream& random, double a);

}  // namespace tutti
