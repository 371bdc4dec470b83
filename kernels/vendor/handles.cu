#include "kernels/cuda/runtime.h"
#include "kernels/gpu.h"
#include "kernels/precision.h"
#include "kernels/support/error.h"
#include "kernels/vendor/handles.h"

namespace tutti::kernels::vendor {
namespace {

using DnnHandle = Handle<cudnnHandle_t, cudnnCreate, cudnnDestroy>;
using BlasHandle = Handle<cublasHandle_t, cublasCreate, cublasDestroy>;

const DnnHandle& make_dnn() {
  const auto& handle = *new DnnHandle;
  TUTTI_VENDOR(cudnnSetStream(handle, cuda::stream()));
  return handle;
}

const BlasHandle& make_blas() {
  const auto& handle = *new BlasHandle;
  TUTTI_VENDOR(cublasSetStream(handle, cuda::stream()));
  return handle;
}

}  // namespace

void check(cudnnStatus_t status, const char* call) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  char details[512] = "";
  cudnnGetLastErrorString(details, sizeof details);
  throw Error("cudnn: ", call, ": ", cudnnGetErrorString(status), ": ", details);
}

void check(cublasStatus_t status, const char* call) {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw Error("cublas: ", call, ": ", cublasGetStatusString(status));
}

// They live as long as the process: at its end the driver may be gone before them.
cudnnHandle_t dnn() {
  static const DnnHandle& handle = make_dnn();
  return handle;
}

cublasHandle_t blas() {
  static const BlasHandle& handle = make_blas();
  return handle;
}

cudnnMathType_t math_type() {
  switch (precision()) {
    case Precision::tf32:
      return CUDNN_DEFAULT_MATH;
    case Precision::bf16:
      return CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION;
    default:
      return CUDNN_FMA_MATH;
  }
}

cublasComputeType_t compute_type() {
  switch (precision()) {
    case Precision::tf32:
      return CUBLAS_COMPUTE_32F_FAST_TF32;
    case Precision::bf16:
      return CUBLAS_COMPUTE_32F_FAST_16BF;
    default:
      return CUBLAS_COMPUTE_32F;
  }
}

}  // namespace tutti::kernels::vendor
