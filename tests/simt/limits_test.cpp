#include "kernels/simt/machine.h"
#include "tests/support/agreement.h"
#include "tests/support/operations.h"

using namespace tutti;
using namespace tutti::test;

namespace {

/// The kernels that an operation launches; nothing runs.
template <class Use>
std::string launched(Use use) {
  simt::Recorder recorder;
  use(kernels::backend<float>(Device::simt));
  std::string kernels;
  for (const auto& [launch, thread] : recorder.launches) {
    CHECK(std::max(launch.grid.y, launch.grid.z) <= 65535);
    kernels += launch.kernel + '\n';
  }
  return kernels;
}

}  // namespace

TEST_CASE("Neither members, pictures nor rows are too many for a launch") {
  const WithPrecision with_precision(Precision::bf16);
  const kernels::GatheredBytes<float> x{};
  const auto pictures = conv_shape(1, 70000, 5, 4, 1, 2, 4, 5, 1, 1, false);
  CHECK(kernels::backend<float>(Device::simt).has_conv2d_relu_pool(pictures, x));
  CHECK_THAT(launched([&](auto& backend) {
               backend.conv2d_relu_pool(pictures, x, nullptr, nullptr, nullptr, nullptr);
             }),
             Contains("forward_kernel"));
  CHECK_THAT(launched([](auto& backend) {  // in 64 parts each
               backend.dense_backward_weights({1100, 16384, 3, 2}, nullptr, nullptr, nullptr);
             }),
             Contains("kernel"));
  CHECK_THAT(
      launched([](auto& backend) { backend.bias_backward(1, 40000000, 1, nullptr, nullptr); }),
      Contains("column_sums"));
  CHECK_THAT(launched([](auto& backend) {
               backend.matmul({100000, 3, 3, 3}, nullptr, nullptr, nullptr);
             }),
             Contains("kernel"));
}
