#include "engine/captured_graph.h"

namespace tutti {

void CapturedGraph::run(bool may_record) {
  if (!recorded_ && may_record && kernels::records(device_)) record();
  recorded_ ? graph_->replay() : work_();
}

void CapturedGraph::renew() {
  recorded_ = false;
  memory_.reset();
}

void CapturedGraph::record() {
  release_unused_memory();  // of what was done directly
  auto memory = std::make_shared<kernels::MemoryPool>(device_);
  {
    const WithMemory with(memory);
    graph_ = kernels::record(device_, work_, std::move(graph_));
  }
  memory_ = std::move(memory);
  recorded_ = true;
}

}  // namespace tutti
