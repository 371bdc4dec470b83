#pragma once
#include "kernels/backend.h"
#include "kernels/vendor/buffer.h"
#include "kernels/vendor/handles.h"
#include "kernels/vendor/layout.h"

namespace tutti::kernels::vendor {

/// A recurrent layer of one member, as cuDNN computes it.
struct Recurrence {
  Recurrence(cudnnRNNMode_t mode, const RecurrentShape& s);

  DropoutDescriptor no_dropout;
  RnnDescriptor rnn;
  RnnDataDescriptor x, h;
  TensorDescriptor state;     // h and cell of one step
  Buffer lengths;             // of the sequences: [B], int32
  Buffer weights, gradients;  // of all members
  Transposition w, u, b;      // where they are in the weights of a member
  std::size_t weight_bytes, workspace_bytes, reserve_bytes;
  std::int64_t weight_stride, reserve_stride;  // floats from one member to the next
};

}  // namespace tutti::kernels::vendor
