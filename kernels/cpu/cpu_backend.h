#pragma once
#include "kernels/backend.h"

namespace tutti::kernels {

/// The fast implementation for processors: matrix products in tiles of vectors, everything else in
/// loops that the compiler vectorizes; work is cut by shape alone and spread over threads.
class CpuBackend final : public Backend<float> {
  using Real = float;

 public:
#define TUTTI_OPERATION override
#include "kernels/operations.h"
};

}  // namespace tutti::kernels
