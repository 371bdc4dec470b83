#include "kernels/gpu.h"
#include "kernels/host_memory.h"
#include "kernels/simt/machine.h"

namespace tutti::kernels {
namespace {

/// The host's, but that everything is counted.
class CountedMemory final : public Memory {
 public:
  void* allocate(std::size_t bytes) override {
    void* address = host_memory().allocate(bytes);
    tutti::simt::count_memory(static_cast<std::int64_t>(bytes));
    return address;
  }
  void release(void* address, std::size_t bytes) override {
    tutti::simt::count_memory(-static_cast<std::int64_t>(bytes));
    host_memory().release(address, bytes);
  }
  void zero(void* address, std::size_t bytes) override { host_memory().zero(address, bytes); }
  void copy_in(void* to, const void* host, std::size_t bytes) override {
    tutti::simt::count_copy(bytes);
    host_memory().copy_in(to, host, bytes);
  }
  void copy_out(void* host, const void* from, std::size_t bytes) override {
    tutti::simt::count_copy(bytes);
    host_memory().copy_out(host, from, bytes);
  }
};

}  // namespace

Memory& simt::memory() {
  static CountedMemory memory;
  return memory;
}

}  // namespace tutti::kernels
