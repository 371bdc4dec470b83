#pragma once
#include "kernels/backend.h"
#include "kernels/cuda/language.h"

/// The convolution over spectrograms, on tensor cores: one channel of bytes, filters as wide as the
/// picture. A window is then a few neighboring rows of it, so that a block reads what its windows
/// share once. Rows of up to 128 bytes lie 128 apart on chip. GpuBackend::conv2d_relu_pool is here
/// too.
namespace tutti::kernels::TUTTI_GPU {

/// Whether these kernels take it: in tf32 or bf16, where shared memory holds a block's rows.
bool takes_conv2d_rows(const Conv2dShape& s, const GatheredBytes<float>& x);

void conv2d_rows(const Conv2dShape& s, const GatheredBytes<float>& x, const float* w,
                 const float* b, float* y);
void conv2d_rows_backward_filter(const Conv2dShape& s, const GatheredBytes<float>& x,
                                 const float* dy, float* dw);

}  // namespace tutti::kernels::TUTTI_GPU
