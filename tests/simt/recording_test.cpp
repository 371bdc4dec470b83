#include <optional>

#include "kernels/backend.h"
#include "kernels/device_context.h"
#include "kernels/simt/machine.h"
#include "tests/support/catch.h"

using namespace tutti;

namespace {

/// A recorded sum of squares of `size` ones for each of two members: its parts are in scratch.
struct RecordedSum {
  explicit RecordedSum(std::int64_t size)
      : w(static_cast<std::size_t>(2 * size), 1), graph(kernels::record(Device::simt, [this, size] {
          kernels::backend<float>(Device::simt).l2(2, size, 1, w.data(), sums.data());
        })) {}

  std::vector<float> replayed() {
    graph->replay();
    return sums;
  }

  std::vector<float> w, sums{0, 0};
  std::unique_ptr<kernels::Graph> graph;
};

}  // namespace

TEST_CASE("A recording keeps the scratch that it uses, and nothing more") {
  constexpr std::int64_t few = 1 << 19, more = few * 2, most = few * 4;
  const auto scratch = [](std::int64_t size) { return 2 * size / 8192 * 4; };  // bytes
  const simt::Counts begin = simt::counts();
  {
    RecordedSum first(few);
    std::optional<RecordedSum> second(more);  // scratch grows while it is recorded
    RecordedSum third(most);
    const auto held = simt::counts().held;
    for (int i = 0; i < 2; ++i) {
      CHECK(first.replayed() == std::vector<float>{few, few});
      CHECK(second->replayed() == std::vector<float>{more, more});
      CHECK(third.replayed() == std::vector<float>{most, most});
    }
    second.reset();
    CHECK(simt::counts().held == held - scratch(more));
  }
  CHECK(simt::counts().releases == begin.releases);
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
