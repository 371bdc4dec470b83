#include <bit>

#include "kernels/simt/machine.h"
#include "tests/support/members.h"

using namespace tutti;
using namespace tutti::test;

namespace {

/// Settings of the machine, and the usual ones again at the end.
struct With {
  explicit With(const simt::Settings& settings) { simt::set_settings(settings); }
  ~With() { simt::set_settings({}); }
};

bool multiplies_matrices(const OperationCase& c) { return c.flops > 0; }

void require_same_bits_in_every_order(Precision precision) {
  const simt::Settings orders[] = {{.order = simt::Order::descending},
                                   {.order = simt::Order::shuffled, .seed = 1},
                                   {.order = simt::Order::shuffled, .seed = 2}};
  const WithPrecision with_precision(precision);
  for (const auto& c : operation_cases()) {
    if (c.large || (precision != Precision::fp32 && !multiplies_matrices(c))) continue;
    const auto ascending = run(c, Device::simt);
    for (const auto& order : orders) {
      const With settings(order);
      require_same_bits(c, ascending, run(c, Device::simt));
    }
  }
}

}  // namespace

TEST_CASE("The GPU's kernels agree with the reference, watched for races on shared memory") {
  const With settings({.check_shared = true});
  for (const auto& c : operation_cases())
    if (!c.large) require_agreement(c, run(c, Device::simt), c.tolerance);
}

// A test for each precision, so that they can run side by side.
TEST_CASE("The GPU's kernels give the same bits in every order of threads and blocks, fp32",
          "[long]") {
  require_same_bits_in_every_order(Precision::fp32);
}

TEST_CASE("The GPU's kernels give the same bits in every order of threads and blocks, tf32",
          "[long]") {
  require_same_bits_in_every_order(Precision::tf32);
}

TEST_CASE("The GPU's kernels give the same bits in every order of threads and blocks, bf16",
          "[long]") {
  require_same_bits_in_every_order(Precision::bf16);
}

TEST_CASE("The GPU's kernels give a member the same bits alone and beside others") {
  for (const Precision precision : {Precision::fp32, Precision::bf16}) {
    const WithPrecision with_precision(precision);
    require_same_bits_alone(Device::simt);
  }
}

TEST_CASE("On tensor cores the kernels agree to the bits that their operands keep", "[long]") {
  for (const Precision precision : {Precision::tf32, Precision::bf16}) {
    const WithPrecision with_precision(precision);
    for (const auto& c : operation_cases())
      if (!c.large && multiplies_matrices(c))
        require_agreement(c, run(c, Device::simt), tolerance_of(precision, c));
  }
}

TEST_CASE("Bytes are exact on tensor cores, whatever their scale") {
  OperationCase c =
      conv2d_gathered_case("bytes", conv_shape(2, 2, 20, 36, 1, 6, 36, 5, 2, 1, false), 3,
                           {.scale = 1.0 / 255, .offset = 0});
  c.coarse = true;  // weights and gradients are exact, too
  for (const Precision precision : {Precision::tf32, Precision::bf16}) {
    const WithPrecision with_precision(precision);
    require_agreement(c, run(c, Device::simt), c.tolerance);
  }
}

TEST_CASE("What is added to bytes is multiplied by the weights as tensor cores round them") {
  const OperationCase c =
      conv2d_gathered_case("bytes", conv_shape(1, 2, 20, 36, 1, 6, 36, 5, 2, 1, false), 3,
                           {.scale = 1.0 / 255, .offset = 100});
  const WithPrecision with_precision(Precision::bf16);
  const auto output = [&](bool rounded) {
    auto arrays = arrays_of<float>(c, Device::simt);
    auto w = arrays.values("w");
    if (rounded)
      for (float& weight : w)
        weight = std::bit_cast<float>((std::bit_cast<std::uint32_t>(weight) + 0x8000) & 0xffff0000);
    arrays.set("w", w);
    c.in_float.forward(kernels::backend<float>(Device::simt), arrays);
    return arrays.values("y");
  };
  CHECK(output(false) == output(true));
}

TEST_CASE("At the models' sizes the kernels agree with the cpu device in every precision",
          "[long]") {
  for (const auto& c : operation_cases()) {
    if (!c.large || c.flops > 1e8) continue;  // more takes this machine too long
    const auto expected = run(c, Device::cpu);
    for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16}) {
      const WithPrecision with_precision(precision);
      require_agreement(c, expected, run(c, Device::simt),
                        std::max(1e-4, tolerance_of(precision, c)));
    }
  }
}
