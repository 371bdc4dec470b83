#include "kernels/backend.h"
#include "kernels/device_context.h"
#include "kernels/simt/machine.h"
#include "tests/support/catch.h"

using namespace tutti;
using kernels::DeviceContext;

TEST_CASE("A recording keeps the scratch that it uses, and nothing more") {
  DeviceContext context(Device::simt);
  const std::int64_t begin = simt::counts().held;
  const auto held = [begin] { return simt::counts().held - begin; };
  const auto recorded = [&](std::int64_t count) {
    const DeviceContext::Recording recording(context);
    context.scratch(count);
    return recording.scratch();
  };
  auto first = recorded(1000), second = recorded(2000), third = recorded(3000);
  CHECK(held() == 4 * (1000 + 2000 + 3000));
  CHECK(recorded(500) == third);
  second.clear();
  CHECK(held() == 4 * (1000 + 3000));
  context.scratch(4000);
  CHECK(held() == 4 * (1000 + 3000 + 4000));
  third.clear();
  first.clear();
  CHECK(held() == 4 * 4000);
}

TEST_CASE("Memory that is released while work is recorded is given back afterwards") {
  auto& context = kernels::context(Device::simt);
  context.pool()->clear();
  void* address = kernels::memory(Device::simt).allocate(1024);
  const simt::Counts begin = simt::counts();
  kernels::record(Device::simt, [&] {
    CHECK(context.recording());
    context.pool()->put_back(address, 1024);
    context.pool()->clear();
    CHECK(simt::counts().held == begin.held);
  });
  CHECK_FALSE(context.recording());
  CHECK(simt::counts().held == begin.held - 1024);
  CHECK(simt::counts().releases == begin.releases);
}
