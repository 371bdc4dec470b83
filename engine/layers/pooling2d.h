#pragma once
#include <optional>

#include "engine/layers/layer.h"

namespace tutti {

enum class Pooling { max, average };

/// Max- and AveragePooling: [height, width, channels] -> [height', width', channels]; with one
/// dimension, [steps, channels] -> [steps', channels]. Without a window it is Global…Pooling, over
/// all places: -> [channels].
class Pooling2D final : public Layer {
 public:
  struct Options {
    Pooling pooling = Pooling::max;
    std::optional<Pool2dOptions> window = std::nullopt;
    int dimensions = 2;
    bool keepdims = false;  // of a global one: -> [1, 1, channels] or [1, channels]

    bool operator==(const Options&) const = default;
  };

  explicit Pooling2D(const Options& options) : options_(options) {}
  Shape build(const Shape& input, Initializer& initializer) override;
  Variable forward(const Variable& x, const Context& context) const override;
  const Options& options() const { return options_; }

 private:
  Options options_;
  std::optional<Pool2dOptions> window_;
};

/// The commonest ones.
inline Pooling2D MaxPooling2D(const Pool2dOptions& window) {
  return Pooling2D({.pooling = Pooling::max, .window = window});
}
inline Pooling2D GlobalAveragePooling2D() { return Pooling2D({.pooling = Pooling::average}); }

}  // namespace tutti
