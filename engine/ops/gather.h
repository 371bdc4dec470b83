#pragma once
#include "engine/dispatch.h"
#include "engine/ops/ops.h"

namespace tutti {

/// [M, B, …] of the examples in a batch.
Shape batch_shape(const Batch& batch);

template <class Real>
kernels::GatheredBytes<Real> gathered_bytes(const Batch& batch) {
  return {batch.data, batch.rows, static_cast<Real>(batch.scale), static_cast<Real>(batch.offset)};
}

}  // namespace tutti
