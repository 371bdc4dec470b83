#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/layers/parameter.h"
#include "kernels/support/random.h"

namespace tutti {

/// Makes the parameters of all members. Each member draws from its own stream, one derived stream a
/// parameter, so that no member's values depend on which others there are. Shapes are one member's.
class Initializer {
 public:
  Initializer(std::vector<RandomStream> streams, DType type, Device device)
      : streams_(std::move(streams)),
        members_(static_cast<std::int64_t>(streams_.size())),
        type_(type),
        device_(device) {}
  /// Nothing is drawn: what would be is zero, until it is loaded.
  Initializer(std::int64_t members, DType type, Device device)
      : members_(members), type_(type), device_(device) {}

  /// Uniform in ±sqrt(6 / (fan_in + fan_out)). Glorot, Bengio (AISTATS 2010).
  Parameter glorot_uniform(std::string name, const Shape& shape, std::int64_t fan_in,
                           std::int64_t fan_out);
  Parameter zeros(std::string name, const Shape& shape) const;
  /// The same values for every member: value(i) in place i.
  Parameter values(std::string name, const Shape& shape,
                   const std::function<double(std::int64_t i)>& value) const;
  /// A matrix [rows, columns] with orthonormal rows or columns, whichever are fewer: the Q of a
  /// random normal matrix's QR factors, as Keras makes it. Saxe, McClelland, Ganguli (2014).
  Parameter orthogonal(std::string name, std::int64_t rows, std::int64_t columns);
  /// A value that gradients leave alone, such as a moving average.
  Parameter buffer(std::string name, const Shape& shape, double value) const;
  /// The same with these values, or one for all places, that are not weights of the model.
  Parameter constants(std::string name, const Shape& shape,
                      const std::vector<double>& values) const;
  /// What a layer may do without: the parameter if it is wanted, otherwise a constant in its place
  /// that is neither trained nor saved.
  Parameter optional(bool wanted, std::string name, const Shape& shape, double value = 0) const;

  /// 0, 1, 2 …: tells the dropout layers of a model apart.
  std::uint64_t next_dropout() { return dropouts_++; }

 private:
  Shape with_members(const Shape& shape) const;
  /// A parameter whose values for each member are those that draw(member's stream) returns.
  template <class Draw>
  Parameter parameter(std::string name, const Shape& shape, Draw draw) const;

  std::vector<RandomStream> streams_;
  std::int64_t members_;
  DType type_;
  Device device_;
  std::uint64_t drawn_ = 0;  // parameters so far
  std::uint64_t dropouts_ = 0;
};

}  // namespace tutti
