#pragma once
#include <string>

#include "kernels/backend.h"

/// The contract's convolutions, pooling, dense and recurrent layers and softmax by cuDNN and
/// cuBLAS, everything else by our kernels: the oracle and the yardstick of kernels/cuda. For tests
/// and benchmarks alone. Not deterministic, and one thread of the host computes at a time.
///
/// - The first call of a shape takes long: it looks for cuDNN's fastest algorithm.
/// - Every call copies filters and recurrent weights into cuDNN's layout. Members of convolutions
///   and recurrent layers are computed one after another; dense is one batched product.
/// - Pooling is ours where padding is not the same on both sides, as cuDNN has it.
/// - lstm fills gates and cells with zeros: cuDNN keeps what backward needs in memory of its own,
///   here by the address of h. Backward wants a forward call of its h, shape and precision before.
/// - bf16 is fp16 in cuDNN, the one type to which it rounds floats: more bits of mantissa, fewer of
///   exponent. cuBLAS rounds to bf16.
namespace tutti::kernels::vendor {

Backend<float>& backend();                    // an Error where there is no GPU
bool computes(const std::string& operation);  // by the libraries, not by our kernels
std::string versions();                       // of both libraries

}  // namespace tutti::kernels::vendor
