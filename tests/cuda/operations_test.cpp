#include <iostream>

#include "kernels/gpu_description.h"
#include "kernels/support/error.h"
#include "tests/support/members.h"

using namespace tutti;
using namespace tutti::test;

// On a machine without a GPU these tests say so; tests/simt runs the same kernels there.

namespace {

bool gpu_is_here() {
  if (!describe_gpu().available) std::cout << "SKIPPED: " << describe_gpu().reason << '\n';
  return describe_gpu().available;
}

constexpr Precision precisions[] = {Precision::fp32, Precision::tf32, Precision::bf16};

}  // namespace

TEST_CASE("The cuda device agrees with the reference in every precision") {
  if (!gpu_is_here()) return;
  for (const Precision precision : precisions) {
    const WithPrecision with_precision(precision);
    for (const auto& c : operation_cases())
      if (!c.large) require_agreement(c, run(c, Device::cuda), tolerance_of(precision, c));
  }
}

TEST_CASE("The cuda device agrees with the cpu device at the models' sizes") {
  if (!gpu_is_here()) return;
  for (const auto& c : operation_cases()) {
    if (!c.large) continue;
    const auto expected = run(c, Device::cpu);
    for (const Precision precision : precisions) {
      const WithPrecision with_precision(precision);
      // Sums of tens of thousands of products in other orders.
      require_agreement(c, expected, run(c, Device::cuda),
                        std::max(1e-4, tolerance_of(precision, c)));
    }
  }
}

TEST_CASE("The cuda device gives the same bits again") {
  if (!gpu_is_here()) return;
  for (const Precision precision : precisions) {
    const WithPrecision with_precision(precision);
    for (const auto& c : operation_cases())
      require_same_bits(c, run(c, Device::cuda), run(c, Device::cuda));
  }
}

TEST_CASE("The cuda device gives a member the same bits alone and beside others") {
  if (!gpu_is_here()) return;
  for (const Precision precision : precisions) {
    const WithPrecision with_precision(precision);
    require_same_bits_alone(Device::cuda);
  }
}

TEST_CASE("Too much memory is an error that says how much was wanted") {
  if (!gpu_is_here()) return;
  CHECK_THROWS_WITH(
      kernels::memory(Device::cuda).allocate(std::size_t{1} << 50),
      Contains("1073741824 MiB wanted") && Contains("free on the GPU") && Contains("--members"));
  kernels::memory(Device::cuda).release(kernels::memory(Device::cuda).allocate(64), 64);
}

TEST_CASE("Where there is no GPU the cuda device says why") {
  if (describe_gpu().available) return;
  CHECK_FALSE(describe_gpu().reason.empty());
  CHECK_THROWS_WITH(kernels::backend<float>(Device::cuda), Contains(describe_gpu().reason));
  CHECK_THROWS_WITH(kernels::memory(Device::cuda), Contains(describe_gpu().reason));
}
