#include "kernels/choose_device.h"

#include "kernels/support/error.h"
#include "tests/support/catch.h"

using namespace tutti;

namespace {

const GpuDescription& none() {
  static const GpuDescription description{.reason = "no driver"};
  return description;
}
const GpuDescription& present() {
  static const GpuDescription description{.available = true};
  return description;
}
std::string works() { return ""; }
std::string fails() { return "out of memory"; }

}  // namespace

TEST_CASE("A GPU is chosen where it can be used, and the CPU elsewhere, with the reason") {
  std::string warning;
  const auto chosen = [&](std::optional<Device> wanted, const GpuAtHand& gpu) {
    warning.clear();
    return choose_device(
        wanted, [&](const std::string& why) { warning = why; }, gpu);
  };
  CHECK(chosen(std::nullopt, {present, works}) == Device::cuda);
  CHECK(warning.empty());
  CHECK(chosen(std::nullopt, {none, fails}) == Device::cpu);
  CHECK(warning.empty());
  CHECK(chosen(std::nullopt, {present, fails}) == Device::cpu);
  CHECK(warning == "the GPU cannot be used, so the CPU is: out of memory");
  CHECK(chosen(Device::simt, {present, works}) == Device::simt);
  CHECK(chosen(Device::cuda, {present, fails}) == Device::cuda);  // its use is then the error
  CHECK_THROWS_WITH(chosen(Device::cuda, {none, works}),
                    "device cuda: no driver; 'tutti devices' lists what there is");
}
