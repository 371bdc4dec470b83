#pragma once
#include <algorithm>

#include "kernels/cuda/language.h"

namespace tutti::kernels::TUTTI_GPU {

template <class Body>
__global__ void for_each_kernel(std::int64_t members, std::int64_t size, Body body) {
  const std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (i >= size) return;
  for (std::int64_t m = blockIdx.y; m < members; m += gridDim.y) body(m, i);
}

/// body(m, i) for m in [0, members) and i in [0, size), a thread each.
template <class Body>
void for_each(std::int64_t members, std::int64_t size, Body body) {
  constexpr int threads = 256;
  const auto blocks = static_cast<unsigned>(pieces<std::int64_t>(size, threads));
  const auto rows = static_cast<unsigned>(std::min<std::int64_t>(members, 65535));
  launch<for_each_kernel<Body>>({{blocks, rows}, {threads}}, members, size, body);
}

template <class Body>
void for_each(std::int64_t size, Body body) {
  for_each(1, size, [=] __device__(std::int64_t, std::int64_t i) { body(i); });
}

}  // namespace tutti::kernels::TUTTI_GPU
