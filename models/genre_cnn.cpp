#include "models/genre_cnn.h"

#include <cmath>

#include "engine/layers/conv2d.h"
#include "engine/layers/dense.h"
#include "engine/layers/flatten.h"
#include "engine/layers/noise/dropout.h"
#include "engine/layers/pooling2d.h"
#include "engine/layers/rescaling.h"

namespace tutti {

Model genre_cnn(const Shape& picture, std::int64_t genres, const PixelScaling& scaling) {
  Model model(picture);  // time, frequency, 1
  if (scaling.scale != 1 || scaling.offset != 0)
    model.add(Rescaling(scaling.scale, scaling.offset));
  model.add(Conv2D({.filters = 100,
                    .kernel_height = 15,
                    .kernel_width = 127,
                    .stride_height = 5,
                    .activation = Activation::relu}));
  model.add(MaxPooling2D(pairs_of_rows));
  model.add(Dropout(0.5));
  model.add(Flatten());
  model.add(Dense({.units = 128, .activation = Activation::relu}));
  model.add(Dropout(0.3));
  model.add(Dense({.units = genres, .activation = Activation::softmax, .l2 = 1e-4}));
  return model;
}

PixelScaling pixel_scaling(PixelNormalization normalization, const Examples& training) {
  if (normalization == PixelNormalization::none) return {};
  if (normalization == PixelNormalization::scale) return {1.0 / 255, 0};
  const auto [mean, standard_deviation] = mean_and_standard_deviation(training);
  if (standard_deviation == 0) throw Error("cannot standardize: every training pixel is ", mean);
  return {1 / standard_deviation, -mean / standard_deviation};
}

}  // namespace tutti
