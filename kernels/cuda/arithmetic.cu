#include "kernels/cuda/for_each.h"
#include "kernels/cuda/gpu_backend.h"

namespace tutti::kernels::TUTTI_GPU {
namespace {

/// body(i, place) for every element of a walk, a thread each. Few walks need 64 bits to divide by.
template <class Body>
void for_each_place(const StridedShape& s, Body body) {
  const std::int64_t size = s.elements();
  if (size <= 0xFFFFFFFF)
    return for_each(
        size, [=] __device__(std::int64_t i) { body(i, s.place(static_cast<std::uint32_t>(i))); });
  for_each(size, [=] __device__(std::int64_t i) { body(i, s.place(i)); });
}

}  // namespace

void GpuBackend::arithmetic(Arithmetic operation, const StridedShape& s, const float* a,
                            const float* b, float* y) {
  for_each_place(s, [=] __device__(std::int64_t i, const StridedPlace& at) {
    y[i] = computed(operation, a[at.a], b[at.b]);
  });
}

void GpuBackend::strided_copy(const StridedShape& s, const float* x, float* y) {
  for_each_place(s, [=] __device__(std::int64_t, const StridedPlace& at) { y[at.b] = x[at.a]; });
}

}  // namespace tutti::kernels::TUTTI_GPU
