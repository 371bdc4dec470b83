#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kernels/backend.h"

/// The one table of operation cases: each operation of the contract at named shapes, odd ones and
/// those of the models. It drives the agreement of every device with the reference, the gradient
/// checks and the benchmarks. To add an operation, add its cases here.
namespace tutti::test {

/// Arrays of a case by name. Gradients are called after their array: dx, dw, dy.
template <class Real>
class Arrays {
 public:
  Real* operator[](const std::string& name) { return reals_.at(name).data(); }
  std::vector<Real>& all(const std::string& name) { return reals_[name]; }
  std::map<std::string, std::vector<Real>>& reals() { return reals_; }

  // What is the same for every type of number.
  std::vector<std::int32_t> integers;  // labels, row numbers or keys
  std::vector<std::uint8_t> bytes;     // a data set

 private:
  std::map<std::string, std::vector<Real>> reals_;
};

struct OperationCase {
  std::string operation, name;
  std::map<std::string, std::int64_t> inputs;   // lengths; filled with values in [-1, 1)
  std::map<std::string, std::int64_t> outputs;  // of forward; dy (or dloss) is an input of backward
  std::vector<std::string> gradients = {};      // the inputs that backward differentiates by
  double flops = 0;                             // of forward
  double tolerance = 1e-5;                      // of a device against the reference, relative
  std::vector<std::int32_t> integers = {};
  std::vector<std::uint8_t> bytes = {};
  bool large = false;  // of a model's size: for benchmarks; too slow for the reference

  std::function<void(kernels::Backend<float>&, Arrays<float>&)> forward = {}, backward = {};
  std::function<void(kernels::Backend<double>&, Arrays<double>&)> forward_double = {},
                                                                  backward_double = {};
};

const std::vector<OperationCase>& operation_cases();

/// The arrays of a case: inputs and the gradients of outputs filled from a stream that depends on
/// the case alone, outputs and gradients of inputs full of NaN, so that what is not overwritten
/// shows.
template <class Real>
Arrays<Real> arrays_of(const OperationCase& c);

}  // namespace tutti::test
