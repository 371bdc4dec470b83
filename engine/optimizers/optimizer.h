#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "engine/layers/layer.h"

namespace tutti {

/// Learning rates: one for each member, or one for all of them.
class Rates {
 public:
  Rates(double all) : rates_{all} {}
  Rates(std::vector<double> of_members) : rates_(std::move(of_members)) {}

  /// As many as there are members; an Error if one is negative or not finite, or the count wrong.
  std::vector<double> of(std::int64_t members) const;

 private:
  std::vector<double> rates_;
};

/// What an optimizer keeps of one member, to go on from.
struct OptimizerState {
  std::int64_t steps = 0;
  /// By name ("m" and "v" of Adam, "momentum" of SGD), the values for each trained parameter.
  std::map<std::string, std::vector<std::vector<float>>> slots = {};
};
inline auto message_parts(OptimizerState& s) { return std::tie(s.steps, s.slots); }

/// Changes the parameters of all members along their gradients. With a `clip_norm` above 0, a
/// member's gradients are first scaled down to that norm, if their common norm is larger. An Error
/// at construction if an option is out of range or no parameter is trainable.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One step, after backward().
  void step(const Rates& rates);

  /// The same in parts, for a step that is recorded: the host sets what the next step needs, the
  /// kernels are launched, and the step is counted.
  void prepare(const Rates& rates);
  void apply();
  void count_step();
  /// What prepare() sets: [count, M] on the device, the rates first. A step of NaN changes nothing.
  Tensor& numbers();
  /// Its values for the step that comes `ahead` steps after the next.
  std::vector<double> numbers(const Rates& rates, std::int64_t ahead) const;

  std::int64_t members() const { return static_cast<std::int64_t>(steps_.size()); }
  OptimizerState state(std::int64_t member) const;
  /// Goes on from there; an Error if it is not of this optimizer and these parameters.
  void set_state(std::int64_t member, const OptimizerState& state);

  /// Goes on with some members alone, or with those of another optimizer of the same kind beside
  /// its own; `parameters` are the model's, changed likewise.
  void select_members(const std::vector<Parameter>& parameters,
                      const std::vector<std::int64_t>& members);
  void append_members(const std::vector<Parameter>& parameters, const Optimizer& other);

 protected:
  /// `slots` names the tensors that are kept for each parameter, zeros at first.
  Optimizer(const std::vector<Parameter>& parameters, std::vector<std::string> slots,
            double clip_norm);
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  struct Trained {
    Parameter parameter;
    std::vector<Tensor> slots;
    Gradient gradient;  // clipped, while it is updated

    const Tensor& value() const { return parameter.variable.value(); }
  };
  const std::vector<Trained>& trained() const { return trained_; }

 private:
  /// Launches the change of every parameter by its gradient; `numbers` [count, M] are prepared.
  virtual void update(const Tensor& numbers) = 0;
  /// The numbers that a step needs of a member that has taken so many; always of one count.
  virtual std::vector<double> prepared(double rate, std::int64_t /*steps*/) const { return {rate}; }
  void set_gradients();
  void follow(std::vector<Parameter> parameters);

  std::vector<std::string> slots_;
  std::vector<Trained> trained_;
  std::vector<std::int64_t> steps_;  // of each member
  double clip_norm_;
  Tensor prepared_;  // [count, M]
};

}  // namespace tutti
