#include "kernels/backend.h"

#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/error.h"
#include "kernels/reference/reference_backend.h"

namespace tutti {

const char* name(Device device) {
  switch (device) {
    case Device::cpu:
      return "cpu";
    case Device::reference:
      return "reference";
  }
  return "?";
}

namespace kernels {
namespace {

class HostMemory final : public Memory {
 public:
  void* allocate(std::size_t bytes) override {
    void* address = std::aligned_alloc(64, bytes ? bytes : 64);
    if (!address)
      throw Error("out of memory: ", bytes >> 20,
                  " MiB wanted; fewer members or a smaller batch need less");
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

template <class Real>
Backend<Real>& backend(Device device) {
  if (device == Device::reference) {
    static ReferenceBackend<Real> reference;
    return reference;
  }
  if constexpr (std::is_same_v<Real, float>) {
    if (device == Device::cpu) {
      static CpuBackend cpu;
      return cpu;
    }
  }
  throw Error("device ", name(device), " does not compute in ",
              sizeof(Real) == 8 ? "float64" : "float32");
}

template Backend<float>& backend(Device);
template Backend<double>& backend(Device);

Memory& memory(Device) {
  static HostMemory host;
  return host;
}

}  // namespace kernels
}  // namespace tutti
