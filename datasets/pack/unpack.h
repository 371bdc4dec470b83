#pragma once
#include "datasets/feature_table.h"
#include "datasets/pack/pack.h"
#include "datasets/spectrogram_tree.h"

/// Data sets from open packs, as from what was packed. Errors name the pack and what it holds
/// instead, if that is something else.
namespace tutti {

/// Pictures of 127 × 2900 share the pack's memory; if some are of another size, all are copied.
SpectrogramTree unpack_pictures(const Pack& pack);

/// Clips of one height share the pack's memory. Those of another height than most are bad.
ClipTree unpack_clips(const Pack& pack, bool skip_bad);

/// A copy, without its fingerprint. An Error names the first value that is not a number.
FeatureTable unpack_table(const Pack& pack, FeatureSet set);

}  // namespace tutti
