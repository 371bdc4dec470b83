#include "models/genre_cnn.h"

#include <cmath>

#include "engine/layers/conv2d.h"
#include "engine/layers/dense.h"
#include "engine/layers/dropout.h"
#include "engine/layers/flatten.h"
#include "engine/layers/pooling2d.h"

namespace tutti {

Sequential genre_cnn(const Input& input, std::int64_t genres) {
  return Sequential(input,  // time, frequency, 1
                    Conv2D({.filters = 100,
                            .kernel_height = 15,
                            .kernel_width = 127,
                            .stride_height = 5,
                            .activation = Activation::relu}),
                    MaxPooling2D(pairs_of_rows),                            //
                    Dropout(0.5),                                           //
                    Flatten(),                                              //
                    Dense({.units = 128, .activation = Activation::relu}),  //
                    Dropout(0.3),                                           //
                    Dense({.units = genres, .activation = Activation::softmax, .l2 = 1e-4}));
}

Input spectrogram_input(Normalization normalization, const Examples& training) {
  Input input{Shape(training.x.shape().begin() + 1, training.x.shape().end())};
  if (normalization == Normalization::none) return input;
  if (normalization == Normalization::scale) {
    input.scale = 1.0 / 255;
    return input;
  }
  const auto [mean, standard_deviation] = mean_and_standard_deviation(training);
  if (standard_deviation == 0) throw Error("cannot standardize: every training pixel is ", mean);
  input.scale = 1 / standard_deviation;
  input.offset = -mean / standard_deviation;
  return input;
}

}  // namespace tutti
