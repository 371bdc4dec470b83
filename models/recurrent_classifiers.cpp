#include "models/recurrent_classifiers.h"

#include "engine/layers/dense.h"
#include "engine/layers/recurrent.h"
#include "kernels/support/error.h"

namespace tutti {

Model lstm_classifier(std::int64_t features, std::int64_t genres, const LstmOptions& options) {
  if (options.units < 1 || options.layers < 1 || options.dense < 1 || options.dense_layers < 0)
    throw Error(
        "an LSTM classifier has at least 1 unit and 1 layer, 1 dense unit and 0 dense layers; not ",
        options.units, ", ", options.layers, ", ", options.dense, " and ", options.dense_layers);
  Sequential model(feature_input(features));
  for (std::int64_t layer = 1; layer <= options.layers; ++layer)
    model.add(LSTM({.units = options.units, .return_sequences = layer < options.layers}));
  for (std::int64_t layer = 1; layer <= options.dense_layers; ++layer)
    model.add(Dense({.units = options.dense, .activation = Activation::relu}));
  model.add(Dense({.units = genres, .activation = Activation::softmax}));
  return model;
}

Model rnn_classifier(std::int64_t features, std::int64_t genres) {
  return Sequential(feature_input(features),                               //
                    SimpleRNN({.units = 20}),                              //
                    Dense({.units = 64, .activation = Activation::relu}),  //
                    Dense({.units = 32, .activation = Activation::relu}),  //
                    Dense({.units = 16, .activation = Activation::relu}),  //
                    Dense({.units = genres, .activation = Activation::softmax}));
}

}  // namespace tutti
