#include "kernels/reference/reference_backend.h"

#include "kernels/reference/adam.h"
#include "kernels/reference/arithmetic.h"
#include "kernels/reference/avg_pool2d.h"
#include "kernels/reference/batch_norm.h"
#include "kernels/reference/clip_by_global_norm.h"
#include "kernels/reference/conv2d.h"
#include "kernels/reference/conv2d_relu_pool.h"
#include "kernels/reference/dense.h"
#include "kernels/reference/dropout.h"
#include "kernels/reference/elementwise.h"
#include "kernels/reference/gather.h"
#include "kernels/reference/gaussian_noise.h"
#include "kernels/reference/gru.h"
#include "kernels/reference/l2.h"
#include "kernels/reference/last_step.h"
#include "kernels/reference/layer_norm.h"
#include "kernels/reference/lstm.h"
#include "kernels/reference/matmul.h"
#include "kernels/reference/max_pool2d.h"
#include "kernels/reference/pad2d.h"
#include "kernels/reference/reduce.h"
#include "kernels/reference/rmsprop.h"
#include "kernels/reference/sgd.h"
#include "kernels/reference/simple_rnn.h"
#include "kernels/reference/soft_targets.h"
#include "kernels/reference/softmax_cross_entropy.h"
#include "kernels/reference/steps.h"

namespace tutti::kernels {

template class ReferenceBackend<float>;
template class ReferenceBackend<double>;

}  // namespace tutti::kernels
