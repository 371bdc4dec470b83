#pragma once
#include "engine/layers/sequential.h"
#include "engine/training/examples.h"

namespace tutti {

/// How pixels become numbers, as a scale and an offset that are part of the model.
enum class Normalization {
  none,         ///< 0 … 255
  scale,        ///< divided by 255
  standardize,  ///< minus the mean of the training pixels, over their deviation
};

/// Spectrograms as the network takes them, time first: uint8 [2900, 127, 1].
Input spectrogram_input(Normalization normalization, const Examples& training);

/// The published CNN, not yet built. Its first kernel spans all frequencies and 15 time steps.
Sequential genre_cnn(const Input& input, std::int64_t genres);

}  // namespace tutti
