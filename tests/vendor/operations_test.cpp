#include <iostream>

#include "kernels/gpu_description.h"
#include "kernels/vendor/vendor_backend.h"
#include "tests/support/agreement.h"

using namespace tutti;
using namespace tutti::test;

namespace {

bool skipped() {
  const auto& gpu = describe_gpu();
  if (!gpu.available) std::cout << "SKIPPED: " << gpu.reason << '\n';
  return !gpu.available;
}

/// Every small case of what the libraries compute, forward and backward.
void require_all_agree(Precision precision) {
  const WithPrecision with_precision(precision);
  for (const auto& c : operation_cases()) {
    if (c.large || !kernels::vendor::computes(c.operation)) continue;
    INFO(c.operation << ", " << c.name);
    auto arrays = arrays_of<float>(c, Device::cuda);
    c.in_float.forward(kernels::vendor::backend(), arrays);
    c.in_float.backward(kernels::vendor::backend(), arrays);
    // cuDNN promises no bound. Its Winograd transforms, the fastest for a small kernel, and its own
    // tanh lose a digit more than sums in order.
    require_agreement(c, run(c, Device::reference), arrays,
                      std::max(1e-4, tolerance_of(precision, c)), {"gates", "cells", "work"});
  }
}

}  // namespace

TEST_CASE("cuDNN and cuBLAS say their versions, with and without a GPU") {
  const std::string versions = kernels::vendor::versions();
  CHECK(versions.find("cuDNN 9.") == 0);
  CHECK(versions.find(", cuBLAS ") != std::string::npos);
}

TEST_CASE("cuDNN and cuBLAS agree with the reference in every precision") {
  if (skipped()) return;
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16})
    require_all_agree(precision);
}
