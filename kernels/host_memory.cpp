#include "kernels/host_memory.h"

#include <cstdlib>
#include <cstring>

#include "kernels/support/error.h"

namespace tutti::kernels {
namespace {

class HostMemory final : public Memory {
 public:
  void* allocate(std::size_t bytes) override {
    void* address = std::aligned_alloc(64, bytes ? (bytes + 63) / 64 * 64 : 64);
    if (!address)
      throw OutOfMemory("out of memory: ", bytes >> 20,
                        " MiB wanted; fewer --members or a smaller --batch need less");
    return address;
  }
  void release(void* address, std::size_t) override { std::free(address); }
  void zero(void* address, std::size_t bytes) override { std::memset(address, 0, bytes); }
  void copy_in(void* to, const void* host, std::size_t bytes) override {
    if (bytes) std::memcpy(to, host, bytes);
  }
  void copy_out(void* host, const void* from, std::size_t bytes) override {
    if (bytes) std::memcpy(host, from, bytes);
  }
};

}  // namespace

Memory& host_memory() {
  static HostMemory host;
  return host;
}

}  // namespace tutti::kernels
