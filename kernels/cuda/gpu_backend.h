#pragma once
#include "kernels/backend.h"
#include "kernels/cuda/language.h"

namespace tutti::kernels::TUTTI_GPU {

/// Our kernels. Matrix products use the precision that is set; everything else is float.
class GpuBackend : public Backend<float> {
  using Real = float;

 public:
#define TUTTI_OPERATION override
#include "kernels/operations.h"
};

}  // namespace tutti::kernels::TUTTI_GPU
