#include "kernels/gpu.h"
#include "kernels/simt/machine.h"

namespace tutti::kernels {
namespace {

struct Launches final : Graph {
  std::vector<std::pair<tutti::simt::Launch, std::function<void()>>> all;

  void replay() override {
    for (const auto& [launch, thread] : all) tutti::simt::run(launch, thread);
  }
};

}  // namespace

std::unique_ptr<Graph> simt::record(const std::function<void()>& work) {
  auto recording = std::make_unique<Launches>();
  tutti::simt::Recorder recorder;
  work();
  recording->all = std::move(recorder.launches);
  return recording;
}

}  // namespace tutti::kernels
