#pragma once
#include "tests/support/operation_cases.h"

/// How each operation of the contract is run as a case of the table: its arrays, forward, backward
/// and what they cost.
namespace tutti::test {

using kernels::BatchNormShape;
using kernels::Conv2dShape;
using kernels::DenseShape;
using kernels::Pad2dShape;
using kernels::Pool2dShape;
using kernels::RecurrentShape;

Conv2dShape conv_shape(std::int64_t members, std::int64_t batch, std::int64_t height,
                       std::int64_t width, std::int64_t channels, std::int64_t kernel_height,
                       std::int64_t kernel_width, std::int64_t filters, std::int64_t stride_height,
                       std::int64_t stride_width, bool same);
/// The same with places of the kernel further apart; no padding.
Conv2dShape dilated(Conv2dShape s, std::int64_t down, std::int64_t across);
OperationCase conv2d_case(std::string name, const Conv2dShape& s, bool large = false);
/// What cases that gather bytes make of each.
struct GatheredOptions {
  double scale = 1.0 / 64, offset = -1.5;
  bool large = false;
};
OperationCase conv2d_gathered_case(std::string name, const Conv2dShape& s, std::int64_t examples,
                                   const GatheredOptions& options = {});
/// Composed where a backend says so. Its numbers are coarse: a rounded one could choose otherwise.
OperationCase conv2d_relu_pool_case(std::string name, const Conv2dShape& s, std::int64_t examples,
                                    const GatheredOptions& options = {});
OperationCase gather_case(std::string name, std::int64_t count, std::int64_t size,
                          std::int64_t examples);
OperationCase dense_case(std::string name, const DenseShape& s, bool large = false);
OperationCase max_pool2d_case(std::string name, const Pool2dShape& s, bool large = false);
OperationCase avg_pool2d_case(std::string name, const Pool2dShape& s);
OperationCase activation_case(std::string name, ActivationFunction f, std::int64_t size,
                              bool large = false);
OperationCase batch_norm_case(std::string name, const BatchNormShape& s);
OperationCase pad2d_case(std::string name, const Pad2dShape& s);
OperationCase last_step_case(std::string name, std::int64_t rows, std::int64_t steps,
                             std::int64_t units);
OperationCase simple_rnn_case(std::string name, const RecurrentShape& s, bool large = false);
OperationCase lstm_case(std::string name, const RecurrentShape& s, bool large = false);
OperationCase gru_case(std::string name, const RecurrentShape& s, bool large = false);
OperationCase dropout_case(std::string name, std::int64_t members, std::int64_t size, double rate,
                           bool large = false);
OperationCase gaussian_noise_case(std::string name, std::int64_t members, std::int64_t size);
OperationCase softmax_case(std::string name, std::int64_t rows, std::int64_t classes);
OperationCase cross_entropy_case(std::string name, std::int64_t members, std::int64_t batch,
                                 std::int64_t classes);
/// Of smoothed labels, with weights of the classes or without.
OperationCase soft_cross_entropy_case(std::string name, std::int64_t members, std::int64_t batch,
                                      std::int64_t classes, bool weighted);
/// Three steps that are laid out, all of them finite.
OperationCase steps_case(std::string name, const kernels::StepShape& s);
OperationCase l2_case(std::string name, std::int64_t members, std::int64_t size);
OperationCase arithmetic_case(std::string name, kernels::Arithmetic operation,
                              const kernels::StridedShape& s, bool large = false);
/// A copy of elements into another order, of as many.
OperationCase strided_copy_case(std::string name, const kernels::StridedShape& s);
OperationCase rescale_case(std::string name, std::int64_t size);
OperationCase matmul_case(std::string name, const kernels::MatmulShape& s, bool large = false);
OperationCase reduce_sum_case(std::string name, const kernels::ReduceShape& s);
OperationCase reduce_max_case(std::string name, const kernels::ReduceShape& s);
OperationCase layer_norm_case(std::string name, const kernels::LayerNormShape& s,
                              bool large = false);
/// Two steps from fresh state.
OperationCase sgd_case(std::string name, std::int64_t members,
                       const std::vector<std::int64_t>& sizes,
                       const kernels::SgdSettings& settings);
OperationCase rmsprop_case(std::string name, std::int64_t members,
                           const std::vector<std::int64_t>& sizes,
                           const kernels::RmspropSettings& settings);
/// Two steps from fresh state; the first parameter decays, or none.
OperationCase adam_case(std::string name, std::int64_t members,
                        const std::vector<std::int64_t>& sizes, bool decays = false,
                        bool large = false);
OperationCase dense_adam_case(std::string name, const DenseShape& s, bool decays = false,
                              bool large = false);
OperationCase clip_by_global_norm_case(std::string name, std::int64_t members,
                                       const std::vector<std::int64_t>& sizes, double max_norm);

}  // namespace tutti::test
