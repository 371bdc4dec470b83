#pragma once
#include "engine/layers/recurrent.h"

namespace tutti {

/// Two recurrent layers, one from the first step to the last, the other back; their outputs in one.
/// Schuster, Paliwal (1997).
class Bidirectional final : public Layer {
 public:
  enum class Merge { concatenate, sum, product, average };

  /// `backward` goes backward, `forward` does not.
  Bidirectional(std::unique_ptr<Recurrent> forward, std::unique_ptr<Recurrent> backward,
                Merge merge = Merge::concatenate);
  Shape build(const Shape& input, Initializer& initializer) override;
  Variable forward(const Variable& x, const Context& context) const override;
  Merge merge() const { return merge_; }

 private:
  const Recurrent& child(std::size_t number) const;

  Merge merge_;
};

}  // namespace tutti
