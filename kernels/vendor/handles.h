#pragma once
#include <cublas_v2.h>
#include <cudnn.h>

#include "kernels/device.h"

namespace tutti::kernels::vendor {

/// Throws an Error with the call and the library's words for what went wrong.
void check(cudnnStatus_t status, const char* call);
void check(cublasStatus_t status, const char* call);
#define TUTTI_VENDOR(call) ::tutti::kernels::vendor::check((call), #call)

/// What a library creates and destroys: a handle of itself, or a descriptor.
template <class T, auto create, auto destroy>
class Handle {
 public:
  Handle() { check(create(&handle_), __PRETTY_FUNCTION__); }
  ~Handle() { destroy(handle_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  operator T() const { return handle_; }

 private:
  T handle_{};
};

using TensorDescriptor =
    Handle<cudnnTensorDescriptor_t, cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor>;
using FilterDescriptor =
    Handle<cudnnFilterDescriptor_t, cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor>;
using ConvolutionDescriptor = Handle<cudnnConvolutionDescriptor_t, cudnnCreateConvolutionDescriptor,
                                     cudnnDestroyConvolutionDescriptor>;
using PoolingDescriptor =
    Handle<cudnnPoolingDescriptor_t, cudnnCreatePoolingDescriptor, cudnnDestroyPoolingDescriptor>;
using DropoutDescriptor =
    Handle<cudnnDropoutDescriptor_t, cudnnCreateDropoutDescriptor, cudnnDestroyDropoutDescriptor>;
using RnnDescriptor =
    Handle<cudnnRNNDescriptor_t, cudnnCreateRNNDescriptor, cudnnDestroyRNNDescriptor>;
using RnnDataDescriptor =
    Handle<cudnnRNNDataDescriptor_t, cudnnCreateRNNDataDescriptor, cudnnDestroyRNNDataDescriptor>;

/// The libraries, in our stream.
cudnnHandle_t dnn();
cublasHandle_t blas();

/// The precision that is set, in the libraries' words. cuDNN's default math may use TF32.
cudnnMathType_t math_type();
cublasComputeType_t compute_type();

/// The factors of the result and of what was in its place, which the libraries want by address.
inline constexpr float one = 1, zero = 0;

}  // namespace tutti::kernels::vendor
