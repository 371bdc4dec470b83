#include <iostream>

#include "kernels/gpu_description.h"
#include "kernels/vendor/vendor_backend.h"
#include "tests/support/agreement.h"

using namespace tutti;
using namespace tutti::test;

namespace {

struct WithPrecision {
  explicit WithPrecision(Precision precision) { set_precision(precision); }
  ~WithPrecision() { set_precision(Precision::fp32); }
};

bool skipped() {
  const auto& gpu = describe_gpu();
  if (!gpu.available) std::cout << "SKIPPED: " << gpu.reason << '\n';
  return !gpu.available;
}

/// Every small case of what the libraries compute, forward and backward.
void require_all_agree(double tolerance) {
  const std::set<std::string> operations = {"conv2d",     "conv2d_picked", "dense",  "max_pool2d",
                                            "simple_rnn", "lstm",          "softmax"};
  for (const auto& c : operation_cases()) {
    if (c.large || !operations.count(c.operation)) continue;
    INFO(c.operation << ", " << c.name);
    auto arrays = arrays_of<float>(c, Device::cuda);
    c.in_float.forward(kernels::vendor::backend(), arrays);
    c.in_float.backward(kernels::vendor::backend(), arrays);
    require_agreement(c, arrays, tolerance, {"gates", "cells", "work"});
  }
}

}  // namespace

TEST_CASE("cuDNN and cuBLAS say their versions, with and without a GPU") {
  const std::string versions = kernels::vendor::versions();
  CHECK(versions.find("cuDNN 9.") == 0);
  CHECK(versions.find(", cuBLAS ") != std::string::npos);
}

TEST_CASE("cuDNN and cuBLAS agree with the reference") {
  if (skipped()) return;
  // cuDNN promises no bound. Its Winograd transforms, the fastest for a small kernel, and its own
  // tanh lose a digit more than sums in order.
  require_all_agree(1e-4);
}

TEST_CASE("On tensor cores cuDNN and cuBLAS agree to the bits that their operands keep") {
  if (skipped()) return;
  // As of our kernels: tests/simt/operations_test.cpp. What cuDNN rounds to fp16 keeps more.
  for (const auto& [precision, tolerance] :
       {std::pair{Precision::tf32, 0x1p-10}, std::pair{Precision::bf16, 0x1p-7}}) {
    const WithPrecision with_precision(precision);
    require_all_agree(4 * tolerance);
  }
}
