#pragma once
#include "engine/layers/model.h"

namespace tutti {

/// A song's features are a sequence of as many steps of one value.
inline Shape feature_input(std::int64_t features) { return {features, 1}; }

struct LstmOptions {
  std::int64_t units = 52, layers = 3;
  std::int64_t dense = 134, dense_layers = 2;
};

/// The published classifier: LSTM layers, dense layers, softmax. Not yet built. An Error if an
/// option is out of range.
Model lstm_classifier(std::int64_t features, std::int64_t genres, const LstmOptions& options = {});

/// The simple RNN before it: SimpleRNN 20, dense 64, 32, 16, softmax. Not yet built.
Model rnn_classifier(std::int64_t features, std::int64_t genres);

}  // namespace tutti
