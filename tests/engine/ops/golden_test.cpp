#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "engine/ops/ops.h"
#include "tests/support/catch.h"
#include "tests/support/files.h"

// Every case of tests/golden/tensor_operations.json: PyTorch's numbers for one member.
using namespace tutti;

namespace {

using Json = nlohmann::json;
using Inputs = std::vector<Variable>;
using Arguments = std::vector<double>;

std::int64_t whole(double argument) { return static_cast<std::int64_t>(argument); }

Variable of_four_times(ActivationFunction::Kind kind, const Variable& x) {
  return activation({kind}, rescale(x, 4, 0));
}

/// 0, 1, 2 … from `first` on, for every member.
Tensor counted(const Variable& x, double first) {
  const Shape shape{x.shape()[0], x.shape().back()};
  std::vector<double> values;
  for (std::int64_t i = 0; i < shape.elements(); ++i)
    values.push_back(first + static_cast<double>(i % shape[1]));
  if (x.value().dtype() == DType::float64) return Tensor::from(shape, values, x.value().device());
  return Tensor::from(shape, std::vector<float>(values.begin(), values.end()), x.value().device());
}

using Kind = ActivationFunction::Kind;
const std::map<std::string, std::function<Variable(const Inputs&, const Arguments&)>> operations = {
    {"add", [](auto& x, auto&) { return add(x[0], x[1]); }},
    {"subtract", [](auto& x, auto&) { return subtract(x[0], x[1]); }},
    {"multiply", [](auto& x, auto&) { return multiply(x[0], x[1]); }},
    {"rescale", [](auto& x, auto& a) { return rescale(x[0], a[0], a[1]); }},
    {"matmul",
     [](auto& x, auto& a) {
       return matmul(x[0], x[1], {a[0] != 0, a[1] != 0});
     }},
    {"transpose",
     [](auto& x, auto& a) {
       return transpose(x[0], {a.begin(), a.end()});
     }},
    {"slice", [](auto& x, auto& a) { return slice(x[0], whole(a[0]), whole(a[1]), whole(a[2])); }},
    {"concatenate", [](auto& x, auto& a) { return concatenate(x, whole(a[0])); }},
    {"sum", [](auto& x, auto& a) { return sum(x[0], whole(a[0])); }},
    {"mean", [](auto& x, auto& a) { return mean(x[0], whole(a[0])); }},
    {"max", [](auto& x, auto& a) { return max(x[0], whole(a[0])); }},
    {"selu", [](auto& x, auto&) { return of_four_times(Kind::selu, x[0]); }},
    {"softplus", [](auto& x, auto&) { return of_four_times(Kind::softplus, x[0]); }},
    {"silu", [](auto& x, auto&) { return of_four_times(Kind::silu, x[0]); }},
    {"gelu", [](auto& x, auto&) { return of_four_times(Kind::gelu, x[0]); }},
    {"reverse", [](auto& x, auto& a) { return reverse(x[0], whole(a[0])); }},
    {"batch_norm_inference",
     [](auto& x, auto& a) {
       return batch_norm_inference(x[0], counted(x[0], 2), counted(x[0], 3), a[0],
                                   {counted(x[0], 0), counted(x[0], 1)});
     }},
    {"layer_norm", [](auto& x, auto& a) { return layer_norm(x[0], x[1], x[2], a[0]); }},
};

/// Two members: the case's numbers are the second's, and the first has them backwards.
template <class Real>
Tensor two_members(Shape shape, const Json& values, Device device) {
  const auto own = values.get<std::vector<Real>>();
  std::vector<Real> all(own.rbegin(), own.rend());
  all.insert(all.end(), own.begin(), own.end());
  shape.insert(shape.begin(), 2);
  return Tensor::from(shape, all, device);
}

template <class Real>
void check(const Tensor& computed, const Json& expected, double tolerance) {
  const auto all = computed.to_vector<Real>();
  REQUIRE(all.size() == 2 * expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(all[expected.size() + i] ==
          Approx(expected[i].get<double>()).epsilon(tolerance).margin(tolerance));
}

template <class Real>
void check_all(Device device, double tolerance) {
  const Json golden = Json::parse(std::ifstream(test::golden("tensor_operations.json")));
  for (const Json& c : golden["cases"]) {
    INFO(c["operation"] << c["arguments"] << ", x " << c["inputs"][0]["shape"]);
    Inputs inputs;
    for (const Json& x : c["inputs"])
      inputs.emplace_back(two_members<Real>(x["shape"].get<Shape>(), x["values"], device), true);
    const Variable y =
        operations.at(c["operation"])(inputs, c["arguments"].get<std::vector<double>>());
    const Shape shape = c["y"]["shape"].get<Shape>();
    check<Real>(y.value(), c["y"]["values"], tolerance);
    backward(y, two_members<Real>(shape, c["dy"], device));
    for (std::size_t n = 0; n < inputs.size(); ++n) {
      INFO("gradient of input " << n);
      CHECK(inputs[n].grad().shape() == inputs[n].shape());
      check<Real>(inputs[n].grad(), c["gradients"][n], tolerance);
    }
  }
}

}  // namespace

TEST_CASE("Operations and their gradients are PyTorch's in double") {
  check_all<double>(Device::reference, 1e-9);
}

TEST_CASE("Operations and their gradients are PyTorch's on the CPU and on the SIMT machine") {
  check_all<float>(Device::cpu, 1e-5);
  check_all<float>(Device::simt, 1e-5);
}
