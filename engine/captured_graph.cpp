#include "engine/captured_graph.h"

namespace tutti {

void CapturedGraph::run(std::size_t part) {
  if (part == 0 && ++times_ == 2 && kernels::records(device_)) record();
  recorded_.empty() ? parts_[part]() : recorded_[part]->replay();
}

void CapturedGraph::record() {
  release_unused_memory();  // of the first time
  auto memory = std::make_shared<kernels::MemoryPool>(device_);
  std::vector<std::unique_ptr<kernels::Graph>> recorded;
  {
    const WithMemory with(memory);
    for (const auto& part : parts_) recorded.push_back(kernels::record(device_, part));
  }
  memory_ = std::move(memory);
  recorded_ = std::move(recorded);
}

}  // namespace tutti
