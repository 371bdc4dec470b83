#pragma once
#include "engine/layers/model.h"
#include "engine/training/examples.h"
#include "kernels/support/enum_names.h"

namespace tutti {

/// How pixels become numbers, as a scale and an offset that are part of the model.
enum class PixelNormalization {
  none,         ///< 0 … 255
  scale,        ///< divided by 255
  standardize,  ///< minus the mean of the training pixels, over their standard deviation
};
template <>
inline constexpr EnumNames<PixelNormalization> enum_names<PixelNormalization> = {
    "a normalization",
    {{PixelNormalization::none, "none"},
     {PixelNormalization::scale, "scale"},
     {PixelNormalization::standardize, "standardize"}}};

/// A pixel as a number: scale * byte + offset.
struct PixelScaling {
  double scale = 1, offset = 0;
};
PixelScaling pixel_scaling(PixelNormalization normalization, const Examples& training);

/// The published CNN, not yet built, for pictures of a shape, time first: [2900, 127, 1]. Its first
/// kernel spans all frequencies and 15 time steps.
Model genre_cnn(const Shape& picture, std::int64_t genres, const PixelScaling& scaling = {});

}  // namespace tutti
