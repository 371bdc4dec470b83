#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "kernels/activation.h"
#include "kernels/device.h"

/// The contract: every operation of the engine, forward and backward, once.
///
/// Arrays are contiguous, row-major and channels last. Every operation works on M members side by
/// side: the member is the leading axis of every array, parameters included, and members never mix.
///
///   M members   B batch   N elements of one member   K classes
///   H W C  height, width, channels of the input      KH KW  kernel height and width
///   T time steps    U units of a recurrent layer
///   OH OW F  height, width, filters of the output    I O  inputs and outputs of a dense layer
///
/// Outputs are overwritten and do not alias inputs, except where the comment says otherwise.
/// Sums run in an order that depends on the shapes alone: same input, same bits.
namespace tutti::kernels {

struct Conv2dShape {
  std::int64_t members, batch, height, width, channels;
  std::int64_t kernel_height, kernel_width, filters;
  std::int64_t stride_height, stride_width;
  std::int64_t pad_top, pad_left;  // zeros before the first row and column
  std::int64_t out_height, out_width;
  std::int64_t dilation_height = 1, dilation_width = 1;  // between neighbours of the kernel

  auto operator<=>(const Conv2dShape&) const = default;
};

/// True for filters as wide as the input, without padding: a window is one run of memory.
inline bool spans_rows(const Conv2dShape& s) {
  return s.kernel_width == s.width && s.out_width == 1 && s.pad_left == 0 && s.pad_top == 0 &&
         s.dilation_height == 1 &&
         (s.out_height - 1) * s.stride_height + s.kernel_height <= s.height;
}

struct Pool2dShape {
  std::int64_t members, batch, height, width, channels;
  std::int64_t pool_height, pool_width;
  std::int64_t stride_height, stride_width;
  std::int64_t pad_top, pad_left;  // never the maximum
  std::int64_t out_height, out_width;
};

struct Pad2dShape {
  std::int64_t images, height, width, channels;  // images = M B
  std::int64_t top, bottom, left, right;         // rows and columns of zeros
};

/// Statistics of each channel over rows: the batch and, in images, their places.
struct BatchNormShape {
  std::int64_t members, rows, channels;
  double epsilon;  // added to the variance
};

struct DenseShape {
  std::int64_t members, batch, inputs, outputs;
};

/// Of a recurrent layer, and its functions.
struct RecurrentShape {
  std::int64_t members, batch, steps, inputs, units;
  ActivationFunction activation = {ActivationFunction::Kind::tanh};
  ActivationFunction recurrent_activation = {ActivationFunction::Kind::sigmoid};  // of gates
  bool reset_after = true;  // in a GRU: the reset gate comes after the product with u

  auto operator<=>(const RecurrentShape&) const = default;
};

/// Examples gathered by number from a data set of uint8 that all members share, read as numbers:
/// x[m, b, n] = scale * data[rows[m, b], n] + offset.
template <class Real>
struct GatheredBytes {
  const std::uint8_t* data;  // [examples, N]
  const std::int32_t* rows;  // [M, B]
  Real scale, offset;
};

/// Adam's settings.
struct AdamStep {
  double beta1, beta2, epsilon;
};

/// A parameter that Adam moves.
template <class Real>
struct AdamParameter {
  std::int64_t size;  // N
  const Real* g;      // [M, N], its gradient
  Real *w, *m, *v;    // [M, N], updated
};

template <class Real>
class Backend {
 public:
  virtual ~Backend() = default;

  // Cross-correlation with zero padding, and bias: what Keras, PyTorch and cuDNN call convolution.
  virtual void conv2d(const Conv2dShape&,
                      const Real* x,  // [M, B, H, W, C]
                      const Real* w,  // [M, KH, KW, C, F]
                      const Real* b,  // [M, F]
                      Real* y) = 0;   // [M, B, OH, OW, F]
  virtual void conv2d_backward_input(const Conv2dShape&, const Real* w, const Real* dy,
                                     Real* dx) = 0;
  virtual void conv2d_backward_filter(const Conv2dShape&, const Real* x, const Real* dy,
                                      Real* dw) = 0;

  // The same on gathered bytes; the definition is gather, then conv2d. Padding is 0 after scaling.
  virtual void conv2d_gathered(const Conv2dShape&, const GatheredBytes<Real>& x, const Real* w,
                               const Real* b, Real* y) = 0;
  virtual void conv2d_gathered_backward_filter(const Conv2dShape&, const GatheredBytes<Real>& x,
                                               const Real* dy, Real* dw) = 0;

  // max_pool2d of relu of conv2d_gathered, windows of two rows side by side, in one pass. OH is
  // even. `argmax` tells which of the two rows was taken, 1 or 2, or 0 where neither is above 0.
  // Only where the backend says that it has it; elsewhere, and by definition, it is composed.
  virtual bool has_conv2d_relu_pool(const Conv2dShape&, const GatheredBytes<Real>&) const {
    return false;
  }
  virtual void conv2d_relu_pool(const Conv2dShape&, const GatheredBytes<Real>& /*x*/,
                                const Real* /*w*/, const Real* /*b*/,
                                Real* /*y*/,                // [M, B, OH / 2, OW, F]
                                std::uint8_t* /*argmax*/);  // [M, B, OH / 2, OW, F]
  virtual void conv2d_relu_pool_backward(const Conv2dShape&, const GatheredBytes<Real>& /*x*/,
                                         const Real* /*dy*/, const std::uint8_t* /*argmax*/,
                                         Real* /*dw*/, Real* /*db*/);

  // y = x w + b
  virtual void dense(const DenseShape&,
                     const Real* x,  // [M, B, I]
                     const Real* w,  // [M, I, O]
                     const Real* b,  // [M, O]
                     Real* y) = 0;   // [M, B, O]
  virtual void dense_backward_input(const DenseShape&, const Real* w, const Real* dy, Real* dx) = 0;
  virtual void dense_backward_weights(const DenseShape&, const Real* x, const Real* dy,
                                      Real* dw) = 0;

  // db[m, f] = sum over r of dy[m, r, f]
  virtual void bias_backward(std::int64_t members, std::int64_t rows, std::int64_t features,
                             const Real* dy,  // [M, rows, features]
                             Real* db) = 0;   // [M, features]

  // y = f(x) (kernels/activation.h), and its gradient from the output. Both may work in place.
  virtual void activation(const ActivationFunction&, std::int64_t size, const Real* x, Real* y) = 0;
  virtual void activation_backward(const ActivationFunction&, std::int64_t size, const Real* y,
                                   const Real* dy, Real* dx) = 0;

  // Ioffe, Szegedy: Batch normalization (ICML 2015): y = gamma (x - mean) / sqrt(variance +
  // epsilon) + beta, with the mean and the (biased) variance of the rows.
  virtual void batch_norm(const BatchNormShape&,
                          const Real* x,      // [M, rows, C]
                          const Real* gamma,  // [M, C]
                          const Real* beta,   // [M, C]
                          Real* mean,         // [M, C]
                          Real* variance,     // [M, C]
                          Real* y) = 0;       // [M, rows, C]
  virtual void batch_norm_backward(const BatchNormShape&, const Real* x, const Real* gamma,
                                   const Real* mean, const Real* variance, const Real* dy, Real* dx,
                                   Real* dgamma, Real* dbeta) = 0;
  // The same with a mean and a variance that are given.
  virtual void batch_norm_inference(const BatchNormShape&, const Real* x, const Real* gamma,
                                    const Real* beta, const Real* mean, const Real* variance,
                                    Real* y) = 0;

  // average += share (value - average)
  virtual void moving_average(std::int64_t size, double share, const Real* value,
                              Real* average) = 0;

  // Rows and columns of zeros around images; its gradient is that of the middle.
  virtual void pad2d(const Pad2dShape&,
                     const Real* x,  // [images, H, W, C]
                     Real* y) = 0;   // [images, top + H + bottom, left + W + right, C]
  virtual void pad2d_backward(const Pad2dShape&, const Real* dy, Real* dx) = 0;

  // y[r] = x[r, T - 1]; its gradient is 0 at the other steps.
  virtual void last_step(std::int64_t rows, std::int64_t steps, std::int64_t units,
                         const Real* x,  // [rows, T, U]
                         Real* y) = 0;   // [rows, U]
  virtual void last_step_backward(std::int64_t rows, std::int64_t steps, std::int64_t units,
                                  const Real* dy, Real* dx) = 0;

  // All steps of a simple recurrent layer: h[t] = f(x[t] w + h[t - 1] u + b), h[-1] = 0, with f
  // the activation: tanh, as a rule.
  virtual void simple_rnn(const RecurrentShape&,
                          const Real* x,  // [M, B, T, I]
                          const Real* w,  // [M, I, U]
                          const Real* u,  // [M, U, U]
                          const Real* b,  // [M, U]
                          Real* h) = 0;   // [M, B, T, U]
  virtual void simple_rnn_backward(const RecurrentShape&, const Real* x, const Real* w,
                                   const Real* u, const Real* h,
                                   const Real* dh,  // [M, B, T, U]
                                   Real* dz,        // [M, B, T, U] for work
                                   Real* dx,        // may be null: not wanted
                                   Real* dw, Real* du, Real* db) = 0;

  // All steps of an LSTM layer, gates in Keras' order i, f, c, o (sigmoid, sigmoid, tanh, sigmoid
  // of z = x[t] w + h[t - 1] u + b): cell[t] = f cell[t - 1] + i c; h[t] = o tanh(cell[t]).
  // Other functions may stand for sigmoid (recurrent_activation) and tanh (activation).
  // Hochreiter, Schmidhuber (1997) with the forget gate of Gers, Schmidhuber, Cummins (2000).
  virtual void lstm(const RecurrentShape&,
                    const Real* x,  // [M, B, T, I]
                    const Real* w,  // [M, I, 4U]
                    const Real* u,  // [M, U, 4U]
                    const Real* b,  // [M, 4U]
                    Real* gates,    // [M, B, T, 4U], after their activations
                    Real* cells,    // [M, B, T, U]
                    Real* h) = 0;   // [M, B, T, U]
  virtual void lstm_backward(const RecurrentShape&, const Real* x, const Real* w, const Real* u,
                             const Real* gates, const Real* cells, const Real* h,
                             const Real* dh,  // [M, B, T, U]
                             Real* dz,        // [M, B, T, 4U] for work
                             Real* dx,        // may be null: not wanted
                             Real* dw, Real* du, Real* db) = 0;

  // All steps of a GRU layer, gates in Keras' order z, r, c, of products X = x[t] w + b[0] and
  // H = h[t - 1] u + b[1]: z and r are sigmoid(X + H), and h[t] = z h[t - 1] + (1 - z) c with
  //   reset_after: c = tanh(X + r inner), inner = H of c (cuDNN's form)
  //   else:        c = tanh(X + inner u of c), inner = r h[t - 1]; no b[1]
  // Cho and others (EMNLP 2014). Other functions may stand for sigmoid and tanh, as in lstm.
  virtual void gru(const RecurrentShape&,
                   const Real* x,  // [M, B, T, I]
                   const Real* w,  // [M, I, 3U]
                   const Real* u,  // [M, U, 3U]
                   const Real* b,  // [M, 2, 3U], or [M, 3U] without reset_after
                   Real* gates,    // [M, B, T, 3U], after their activations
                   Real* inner,    // [M, B, T, U]
                   Real* h) = 0;   // [M, B, T, U]
  virtual void gru_backward(const RecurrentShape&, const Real* x, const Real* w, const Real* u,
                            const Real* gates, const Real* inner, const Real* h,
                            const Real* dh,  // [M, B, T, U]
                            Real* dz,        // [M, B, T, 3U] for work
                            Real* dinner,    // [M, B, T, U] for work
                            Real* dx,        // may be null: not wanted
                            Real* dw, Real* du, Real* db) = 0;

  // The largest of each window; its gradient goes to the first of equal ones. No window is all
  // padding.
  virtual void max_pool2d(const Pool2dShape&,
                          const Real* x,  // [M, B, H, W, C]
                          Real* y) = 0;   // [M, B, OH, OW, C]
  virtual void max_pool2d_backward(const Pool2dShape&, const Real* x, const Real* dy, Real* dx) = 0;

  // The mean of each window, padding not counted. No window is all padding.
  virtual void avg_pool2d(const Pool2dShape&,
                          const Real* x,  // [M, B, H, W, C]
                          Real* y) = 0;   // [M, B, OH, OW, C]
  virtual void avg_pool2d_backward(const Pool2dShape&, const Real* dy, Real* dx) = 0;

  // y[m, n] = x[m, n] / (1 - rate) where word n % 4 of philox(key, call, n / 4) of the member's
  // draw, as a number in [0, 1), is at least float(rate); else 0. May work in place. Its own
  // gradient: dx from dy.
  virtual void dropout(std::int64_t members, std::int64_t size, double rate,
                       const std::int32_t* draws,  // [M, 3]: see DropoutDraw
                       std::uint64_t layer,
                       const Real* x,  // [M, N]
                       Real* y) = 0;   // [M, N]

  // Probabilities along the last axis.
  virtual void softmax(std::int64_t rows, std::int64_t classes,
                       const Real* x,  // [rows, K]
                       Real* y) = 0;   // [rows, K]
  virtual void softmax_backward(std::int64_t rows, std::int64_t classes, const Real* y,
                                const Real* dy, Real* dx) = 0;

  // Softmax, and the mean over the batch of -log p[label].
  virtual void softmax_cross_entropy(std::int64_t members, std::int64_t batch, std::int64_t classes,
                                     const Real* x,               // [M, B, K]
                                     const std::int32_t* labels,  // [M, B], 0 … K - 1
                                     Real* probabilities,         // [M, B, K]
                                     Real* loss) = 0;             // [M]
  virtual void softmax_cross_entropy_backward(std::int64_t members, std::int64_t batch,
                                              std::int64_t classes, const Real* probabilities,
                                              const std::int32_t* labels,
                                              const Real* dloss,  // [M]
                                              Real* dx) = 0;      // [M, B, K]

  // loss[m] = coefficient * sum of w[m, n]^2
  virtual void l2(std::int64_t members, std::int64_t size, double coefficient,
                  const Real* w,    // [M, N]
                  Real* loss) = 0;  // [M]
  virtual void l2_backward(std::int64_t members, std::int64_t size, double coefficient,
                           const Real* w, const Real* dloss, Real* dw) = 0;

  // y = a + b. May work in place.
  virtual void add(std::int64_t size, const Real* a, const Real* b, Real* y) = 0;

  // Examples gathered by number from a data set that all members share, read as numbers.
  virtual void gather(std::int64_t count, std::int64_t size, const GatheredBytes<Real>& from,
                      Real* x) = 0;  // [count, N], count = M B
  virtual void gather(std::int64_t count, std::int64_t size,
                      const Real* data,          // [examples, N]
                      const std::int32_t* rows,  // [count]
                      Real* x) = 0;              // [count, N]

  // Kingma, Ba: Adam (ICLR 2015), as Keras computes it, with the bias correction in the rate:
  // m += (1 - beta1) (g - m); v += (1 - beta2) (g^2 - v); w -= rate m / (sqrt(v) + epsilon)
  virtual void adam(std::int64_t members, std::span<const AdamParameter<Real>> parameters,
                    const AdamStep&,
                    const Real* rates) = 0;  // [M]
  // adam of one parameter with g = dense_backward_weights(x, dy), which is not kept.
  virtual void dense_adam(const DenseShape&, const AdamStep&, const Real* rates, const Real* x,
                          const Real* dy, Real* w, Real* m, Real* v) = 0;
};

/// Launches kept to be done again, in their order and with their arguments. On a GPU, a CUDA graph.
class Graph {
 public:
  virtual ~Graph() = default;
  virtual void replay() = 0;
};

/// Records what `work` launches, instead of launching it. Everything else that it does happens now
/// and only once: it may not copy between host and device. Null where the device launches nothing.
std::unique_ptr<Graph> record(Device device, const std::function<void()>& work);
bool records(Device device);

/// The device's implementation; an Error if it has none for this type.
template <class Real>
Backend<Real>& backend(Device device);

/// Memory of a device. Sizes in bytes; addresses are aligned to 64 bytes.
class Memory {
 public:
  virtual ~Memory() = default;
  virtual void* allocate(
      std::size_t bytes) = 0;  // an Error that says how much, if there is no more
  virtual void release(void* address, std::size_t bytes) = 0;
  virtual void zero(void* address, std::size_t bytes) = 0;
  virtual void copy_in(void* to, const void* host, std::size_t bytes) = 0;
  virtual void copy_out(void* host, const void* from, std::size_t bytes) = 0;
  virtual void wait() {}  // until everything asked of the device is done
};
Memory& memory(Device device);

}  // namespace tutti::kernels
