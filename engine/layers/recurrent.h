#pragma once
#include "engine/layers/layer.h"

namespace tutti {

struct RecurrentOptions {
  std::int64_t units;
  bool return_sequences = false;
  RecurrentFunctions functions = {};
  bool use_bias = true;
  /// Of what enters the cell and of its state before the product with the recurrent kernel, in
  /// training; one mask for all steps. Gal, Ghahramani (NeurIPS 2016). As in Keras 2 and 3, gates
  /// share a mask of what enters; where states are dropped too, each gate has masks of its own.
  double dropout = 0, recurrent_dropout = 0;
  bool go_backwards = false;  // from the last step to the first
};

/// [steps, inputs] -> [steps, units] in the order in which they were made, or [units] of the last.
class Recurrent : public Layer {
 public:
  using Options = RecurrentOptions;

  Shape build(const Shape& input, Initializer& initializer) final;
  Variable forward(const Variable& x, const Context& context) const final;
  const Options& options() const { return options_; }

 protected:
  /// What each gate multiplies its inputs and states by, one gate after another.
  struct Masks {
    Variable inputs;  // [M, B, 1, G I], or no value
    Variable states;  // [M, B, G U]
  };

  Recurrent(const char* name, std::int64_t gates, const Options& options)
      : options_(options), name_(name), gates_(gates) {}

 private:
  virtual Parameter bias(Initializer& initializer) const = 0;
  virtual Variable states(const Variable& x, const Variable& w, const Variable& u,
                          const Variable& b) const = 0;
  /// The same with masks.
  virtual Variable states(const Variable& x, const Variable& w, const Variable& u,
                          const Variable& b, const Masks& masks) const = 0;

  std::uint64_t number_ = 0;  // of its masks, if it draws any: this one and the next

  Options options_;
  const char* name_;
  std::int64_t gates_;
};

/// Keras' SimpleRNN.
class SimpleRNN final : public Recurrent {
 public:
  explicit SimpleRNN(const Options& options) : Recurrent("SimpleRNN", 1, options) {}

 private:
  Parameter bias(Initializer& initializer) const override;
  Variable states(const Variable& x, const Variable& w, const Variable& u,
                  const Variable& b) const override;
  Variable states(const Variable& x, const Variable& w, const Variable& u, const Variable& b,
                  const Masks& masks) const override;
};

/// Keras' LSTM: gates i, f, c, o; forget bias 1.
class LSTM final : public Recurrent {
 public:
  explicit LSTM(const Options& options) : Recurrent("LSTM", 4, options) {}

 private:
  Parameter bias(Initializer& initializer) const override;
  Variable states(const Variable& x, const Variable& w, const Variable& u,
                  const Variable& b) const override;
  Variable states(const Variable& x, const Variable& w, const Variable& u, const Variable& b,
                  const Masks& masks) const override;
};

/// Keras' GRU: gates z, r, c; the reset gate after or before the product with the recurrent kernel.
class GRU final : public Recurrent {
 public:
  explicit GRU(const Options& options, bool reset_after = true)
      : Recurrent("GRU", 3, options), reset_after_(reset_after) {}
  bool reset_after() const { return reset_after_; }

 private:
  Parameter bias(Initializer& initializer) const override;
  Variable states(const Variable& x, const Variable& w, const Variable& u,
                  const Variable& b) const override;
  Variable states(const Variable& x, const Variable& w, const Variable& u, const Variable& b,
                  const Masks& masks) const override;

  bool reset_after_;
};

}  // namespace tutti
