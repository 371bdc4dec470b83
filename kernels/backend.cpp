#include "kernels/backend.h"

#include <type_traits>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/device_names.h"
#include "kernels/gpu.h"
#include "kernels/host_memory.h"
#include "kernels/reference/reference_backend.h"
#include "kernels/support/error.h"

namespace tutti {

const char* name(Device device) { return name<Device>(device); }

namespace kernels {

template <class Real>
Backend<Real>& backend(Device device) {
  if (device == Device::reference) {
    static ReferenceBackend<Real> reference;
    return reference;
  }
  if constexpr (std::is_same_v<Real, float>) {
    if (device == Device::cuda) return cuda::backend();
    if (device == Device::simt) return simt::backend();
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

bool records(Device device) { return device == Device::cuda || device == Device::simt; }

std::unique_ptr<Graph> record(Device device, const std::function<void()>& work,
                              std::unique_ptr<Graph> before) {
  if (device == Device::cuda) return cuda::record(work, std::move(before));
  if (device == Device::simt) return simt::record(work, std::move(before));
  return nullptr;
}

Memory& memory(Device device) {
  if (device == Device::cuda) return cuda::memory();
  return device == Device::simt ? simt::memory() : host_memory();
}

}  // namespace kernels
}  // namespace tutti
