#include "kernels/gpu.h"
#include "kernels/simt/machine.h"

namespace tutti::kernels {
namespace {

struct RecordedLaunches final : Graph {
  tutti::simt::Launches all;

  void replay() override { tutti::simt::replay(all); }
};

}  // namespace

std::unique_ptr<Graph> simt::record(const std::function<void()>& work) {
  auto recording = std::make_unique<RecordedLaunches>();
  tutti::simt::Recorder recorder;
  work();
  recording->all = std::move(recorder.launches);
  return recording;
}

}  // namespace tutti::kernels
