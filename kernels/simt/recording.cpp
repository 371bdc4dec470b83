#include "kernels/device_context.h"
#include "kernels/gpu.h"
#include "kernels/simt/machine.h"

namespace tutti::kernels {
namespace {

struct RecordedLaunches final : Graph {
  tutti::simt::Launches all;
  DeviceContext::Scratch scratch;

  void replay() override { tutti::simt::replay(all); }
};

}  // namespace

std::unique_ptr<Graph> simt::record(const std::function<void()>& work, std::unique_ptr<Graph>) {
  auto recorded = std::make_unique<RecordedLaunches>();
  const DeviceContext::Recording recording(context());
  tutti::simt::Recorder recorder;
  work();
  recorded->all = std::move(recorder.launches);
  recorded->scratch = recording.scratch();
  return recorded;
}

}  // namespace tutti::kernels
