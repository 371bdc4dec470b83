// The contract: every operation of the engine, forward and backward, once. Each backend's class
// includes this page in its body, with Real, its type of numbers, and TUTTI_OPERATION defined as
// `= 0` (kernels/backend.h) or `override` (the implementations).
//
// Arrays are contiguous, row-major and channels last. Every operation works on M members side by
// side: the member is the leading axis of every array, parameters included, and members never mix.
//
//   M members   B batch   N elements of one member   K classes
//   H W C  height, width, channels of the input      KH KW  kernel height and width
//   T time steps    U units of a recurrent layer
//   OH OW F  height, width, filters of the output    I O  inputs and outputs of a dense layer
//
// Outputs are overwritten and do not alias inputs, except where the comment says otherwise.
// Sums run in an order that depends on the shapes alone: same input, same bits.

// Cross-correlation with zero padding, and bias: what Keras, PyTorch and cuDNN call convolution.
virtual void conv2d(const Conv2dShape&,
                    const Real* x,             // [M, B, H, W, C]
                    const Real* w,             // [M, KH, KW, C, F]
                    const Real* b,             // [M, F]
                    Real* y) TUTTI_OPERATION;  // [M, B, OH, OW, F]
virtual void conv2d_backward_input(const Conv2dShape&, const Real* w, const Real* dy,
                                   Real* dx) TUTTI_OPERATION;
virtual void conv2d_backward_filter(const Conv2dShape&, const Real* x, const Real* dy,
                                    Real* dw) TUTTI_OPERATION;

// The same on gathered bytes; the definition is gather, then conv2d. Padding is 0 after scaling.
virtual void conv2d_gathered(const Conv2dShape&, const GatheredBytes<Real>& x, const Real* w,
                             const Real* b, Real* y) TUTTI_OPERATION;
virtual void conv2d_gathered_backward_filter(const Conv2dShape&, const GatheredBytes<Real>& x,
                                             const Real* dy, Real* dw) TUTTI_OPERATION;

// max_pool2d of relu of conv2d_gathered, windows of two rows side by side, in one pass. OH is
// even. `argmax` tells which of the two rows was taken, 1 or 2, or 0 where neither is above 0.
// A backend may have it for some shapes alone; for others the caller composes it.
virtual bool has_conv2d_relu_pool(const Conv2dShape&,
                                  const GatheredBytes<Real>& x) const TUTTI_OPERATION;
virtual void conv2d_relu_pool(const Conv2dShape&, const GatheredBytes<Real>& x, const Real* w,
                              const Real* b,
                              Real* y,                                // [M, B, OH / 2, OW, F]
                              std::uint8_t* argmax) TUTTI_OPERATION;  // [M, B, OH / 2, OW, F]
virtual void conv2d_relu_pool_backward(const Conv2dShape&, const GatheredBytes<Real>& x,
                                       const Real* dy, const std::uint8_t* argmax, Real* dw,
                                       Real* db) TUTTI_OPERATION;

// y = x w + b
virtual void dense(const DenseShape&,
                   const Real* x,             // [M, B, I]
                   const Real* w,             // [M, I, O]
                   const Real* b,             // [M, O]
                   Real* y) TUTTI_OPERATION;  // [M, B, O]
virtual void dense_backward_input(const DenseShape&, const Real* w, const Real* dy,
                                  Real* dx) TUTTI_OPERATION;
virtual void dense_backward_weights(const DenseShape&, const Real* x, const Real* dy,
                                    Real* dw) TUTTI_OPERATION;

// db[m, f] = sum over r of dy[m, r, f]
virtual void bias_backward(std::int64_t members, std::int64_t rows, std::int64_t features,
                           const Real* dy,             // [M, rows, features]
                           Real* db) TUTTI_OPERATION;  // [M, features]

// y = f(x) (kernels/activation.h), and its gradient from `at`: the output y, or x where
// f.has_derivative_from_input(). Both may work in place.
virtual void activation(const ActivationFunction&, std::int64_t size, const Real* x,
                        Real* y) TUTTI_OPERATION;
virtual void activation_backward(const ActivationFunction&, std::int64_t size, const Real* at,
                                 const Real* dy, Real* dx) TUTTI_OPERATION;

// Ioffe, Szegedy: Batch normalization (ICML 2015): y = gamma (x - mean) / sqrt(variance +
// epsilon) + beta, with the mean and the (biased) variance of the rows.
virtual void batch_norm(const BatchNormShape&,
                        const Real* x,             // [M, rows, C]
                        const Real* gamma,         // [M, C]
                        const Real* beta,          // [M, C]
                        Real* mean,                // [M, C]
                        Real* variance,            // [M, C]
                        Real* y) TUTTI_OPERATION;  // [M, rows, C]
virtual void batch_norm_backward(const BatchNormShape&, const Real* x, const Real* gamma,
                                 const Real* mean, const Real* variance, const Real* dy, Real* dx,
                                 Real* dgamma, Real* dbeta) TUTTI_OPERATION;
// The same with a mean and a variance that are given.
virtual void batch_norm_inference(const BatchNormShape&, const Real* x, const Real* gamma,
                                  const Real* beta, const Real* mean, const Real* variance,
                                  Real* y) TUTTI_OPERATION;

// average += share (value - average); a member whose rate is NaN keeps its own, as in sgd.
virtual void moving_average(std::int64_t members, std::int64_t size, double share,
                            const Real* rates,               // [M], or null
                            const Real* value,               // [M, N]
                            Real* average) TUTTI_OPERATION;  // [M, N]

// Rows and columns of zeros around images; its gradient is that of the middle.
virtual void pad2d(const Pad2dShape&,
                   const Real* x,             // [images, H, W, C]
                   Real* y) TUTTI_OPERATION;  // [images, top + H + bottom, left + W + right, C]
virtual void pad2d_backward(const Pad2dShape&, const Real* dy, Real* dx) TUTTI_OPERATION;

// y[r] = x[r, T - 1]; its gradient is 0 at the other steps.
virtual void last_step(std::int64_t rows, std::int64_t steps, std::int64_t units,
                       const Real* x,             // [rows, T, U]
                       Real* y) TUTTI_OPERATION;  // [rows, U]
virtual void last_step_backward(std::int64_t rows, std::int64_t steps, std::int64_t units,
                                const Real* dy, Real* dx) TUTTI_OPERATION;

// All steps of a simple recurrent layer: h[t] = f(x[t] w + h[t - 1] u + b), h[-1] = 0, with f
// the activation: tanh, as a rule.
virtual void simple_rnn(const RecurrentShape&,
                        const Real* x,             // [M, B, T, I]
                        const Real* w,             // [M, I, U]
                        const Real* u,             // [M, U, U]
                        const Real* b,             // [M, U]
                        Real* h) TUTTI_OPERATION;  // [M, B, T, U]
virtual void simple_rnn_backward(const RecurrentShape&, const Real* x, const Real* w, const Real* u,
                                 const Real* h,
                                 const Real* dh,  // [M, B, T, U]
                                 Real* dz,        // [M, B, T, U] for work
                                 Real* dx,        // may be null: not wanted
                                 Real* dw, Real* du, Real* db) TUTTI_OPERATION;

// All steps of an LSTM layer, gates in Keras' order i, f, c, o (sigmoid, sigmoid, tanh, sigmoid
// of z = x[t] w + h[t - 1] u + b): cell[t] = f cell[t - 1] + i c; h[t] = o tanh(cell[t]).
// Other functions may stand for sigmoid (recurrent_activation) and tanh (activation).
// Hochreiter, Schmidhuber (1997) with the forget gate of Gers, Schmidhuber, Cummins (2000).
virtual void lstm(const RecurrentShape&,
                  const Real* x,             // [M, B, T, I]
                  const Real* w,             // [M, I, 4U]
                  const Real* u,             // [M, U, 4U]
                  const Real* b,             // [M, 4U]
                  Real* gates,               // [M, B, T, 4U], after their activations
                  Real* cells,               // [M, B, T, U]
                  Real* h) TUTTI_OPERATION;  // [M, B, T, U]
virtual void lstm_backward(const RecurrentShape&, const Real* x, const Real* w, const Real* u,
                           const Real* gates, const Real* cells, const Real* h,
                           const Real* dh,  // [M, B, T, U]
                           Real* dz,        // [M, B, T, 4U] for work
                           Real* dx,        // may be null: not wanted
                           Real* dw, Real* du, Real* db) TUTTI_OPERATION;

// All steps of a GRU layer, gates in Keras' order z, r, c, of products X = x[t] w + b[0] and
// H = h[t - 1] u + b[1]: z and r are sigmoid(X + H), and h[t] = z h[t - 1] + (1 - z) c with
//   reset_after: c = tanh(X + r inner), inner = H of c (cuDNN's form)
//   else:        c = tanh(X + inner u of c), inner = r h[t - 1]; no b[1]
// Cho and others (EMNLP 2014). Other functions may stand for sigmoid and tanh, as in lstm.
virtual void gru(const RecurrentShape&,
                 const Real* x,             // [M, B, T, I]
                 const Real* w,             // [M, I, 3U]
                 const Real* u,             // [M, U, 3U]
                 const Real* b,             // [M, 2, 3U], or [M, 3U] without reset_after
                 Real* gates,               // [M, B, T, 3U], after their activations
                 Real* inner,               // [M, B, T, U]
                 Real* h) TUTTI_OPERATION;  // [M, B, T, U]
virtual void gru_backward(const RecurrentShape&, const Real* x, const Real* w, const Real* u,
                          const Real* gates, const Real* inner, const Real* h,
                          const Real* dh,  // [M, B, T, U]
                          Real* dz,        // [M, B, T, 3U] for work
                          Real* dinner,    // [M, B, T, U] for work
                          Real* dx,        // may be null: not wanted
                          Real* dw, Real* du, Real* db) TUTTI_OPERATION;

// The largest of each window; its gradient goes to the first of equal ones. No window is all
// padding.
virtual void max_pool2d(const Pool2dShape&,
                        const Real* x,             // [M, B, H, W, C]
                        Real* y) TUTTI_OPERATION;  // [M, B, OH, OW, C]
virtual void max_pool2d_backward(const Pool2dShape&, const Real* x, const Real* dy,
                                 Real* dx) TUTTI_OPERATION;

// The mean of each window, padding not counted. No window is all padding.
virtual void avg_pool2d(const Pool2dShape&,
                        const Real* x,             // [M, B, H, W, C]
                        Real* y) TUTTI_OPERATION;  // [M, B, OH, OW, C]
virtual void avg_pool2d_backward(const Pool2dShape&, const Real* dy, Real* dx) TUTTI_OPERATION;

// y[m, n] = x[m, n] / (1 - rate) where word n % 4 of philox(key, call, n / 4) of the member's
// draw, as a number in [0, 1), is at least float(rate); else 0. May work in place. Its own
// gradient: dx from dy.
virtual void dropout(std::int64_t members, std::int64_t size, double rate,
                     const std::int32_t* draws,  // [M, 3]: see DropoutDraw
                     std::uint64_t layer,
                     const Real* x,             // [M, N]
                     Real* y) TUTTI_OPERATION;  // [M, N]

// y[m, n] = x[m, n] + stddev * normal_number(words, n % 4) (kernels/normal_numbers.h) of the
// words that dropout would use. May work in place. Its gradient is dy.
virtual void gaussian_noise(std::int64_t members, std::int64_t size, double stddev,
                            const std::int32_t* draws,  // [M, 3]: see DropoutDraw
                            std::uint64_t layer,
                            const Real* x,             // [M, N]
                            Real* y) TUTTI_OPERATION;  // [M, N]

// Probabilities along the last axis.
virtual void softmax(std::int64_t rows, std::int64_t classes,
                     const Real* x,             // [rows, K]
                     Real* y) TUTTI_OPERATION;  // [rows, K]
virtual void softmax_backward(std::int64_t rows, std::int64_t classes, const Real* y,
                              const Real* dy, Real* dx) TUTTI_OPERATION;

// Softmax, and the mean over the batch of -log p[label].
virtual void softmax_cross_entropy(std::int64_t members, std::int64_t batch, std::int64_t classes,
                                   const Real* x,                // [M, B, K]
                                   const std::int32_t* labels,   // [M, B], 0 … K - 1
                                   Real* probabilities,          // [M, B, K]
                                   Real* loss) TUTTI_OPERATION;  // [M]
virtual void softmax_cross_entropy_backward(std::int64_t members, std::int64_t batch,
                                            std::int64_t classes, const Real* probabilities,
                                            const std::int32_t* labels,
                                            const Real* dloss,          // [M]
                                            Real* dx) TUTTI_OPERATION;  // [M, B, K]

// The same with any nonnegative weights t as targets: the mean over the batch of the sum over k of
// -t[k] log p[k]. Its gradient is ((sum of t) p - t) dloss / B.
virtual void soft_cross_entropy(std::int64_t members, std::int64_t batch, std::int64_t classes,
                                const Real* x,                // [M, B, K]
                                const Real* targets,          // [M, B, K]
                                Real* probabilities,          // [M, B, K]
                                Real* loss) TUTTI_OPERATION;  // [M]
virtual void soft_cross_entropy_backward(std::int64_t members, std::int64_t batch,
                                         std::int64_t classes, const Real* probabilities,
                                         const Real* targets, const Real* dloss,
                                         Real* dx) TUTTI_OPERATION;

// Targets of labels: weight[label] ((1 - smoothing) [k == label] + smoothing / K).
virtual void soft_targets(std::int64_t members, std::int64_t batch, std::int64_t classes,
                          double smoothing,
                          const std::int32_t* labels,      // [M, B], 0 … K - 1
                          const Real* class_weights,       // [M, K], or null: all 1
                          Real* targets) TUTTI_OPERATION;  // [M, B, K]

// loss[m] = coefficient * sum of w[m, n]^2
virtual void l2(std::int64_t members, std::int64_t size, double coefficient,
                const Real* w,                // [M, N]
                Real* loss) TUTTI_OPERATION;  // [M]
virtual void l2_backward(std::int64_t members, std::int64_t size, double coefficient, const Real* w,
                         const Real* dloss, Real* dw) TUTTI_OPERATION;

// y = a + b, a - b or a b, element by element, with a and b broadcast as the shape says. May work
// in place of an array that is not.
virtual void arithmetic(Arithmetic, const StridedShape&, const Real* a, const Real* b,
                        Real* y) TUTTI_OPERATION;  // contiguous
// y[place b] = x[place a]: transposes, slices, broadcasts. What is not walked in y is left alone.
virtual void strided_copy(const StridedShape&, const Real* x, Real* y) TUTTI_OPERATION;
virtual void fill(std::int64_t size, double value, Real* y) TUTTI_OPERATION;
// y = scale x + offset. May work in place.
virtual void rescale(std::int64_t size, double scale, double offset, const Real* x,
                     Real* y) TUTTI_OPERATION;

// y = a b, or with a or b transposed.
virtual void matmul(const MatmulShape&,
                    const Real* a,  // [count, rows, depth], or [count, depth, rows]
                    const Real* b,  // [count, depth, columns], or [count, columns, depth]
                    Real* y) TUTTI_OPERATION;  // [count, rows, columns]

// scale * the sum over an axis.
virtual void reduce_sum(const ReduceShape&, double scale,
                        const Real* x,             // [M, outer, length, inner]
                        Real* y) TUTTI_OPERATION;  // [M, outer, inner]
// The largest along an axis; its gradient goes to the first of equal ones.
virtual void reduce_max(const ReduceShape&, const Real* x, Real* y) TUTTI_OPERATION;
virtual void reduce_max_backward(const ReduceShape&, const Real* x, const Real* dy,
                                 Real* dx) TUTTI_OPERATION;

// Ba, Kiros, Hinton: Layer normalization (2016): y = gamma scale (x - mean) + beta, with
// scale = 1 / sqrt(variance + epsilon), and the mean and the (biased) variance of each row.
virtual void layer_norm(const LayerNormShape&,
                        const Real* x,             // [M, rows, N]
                        const Real* gamma,         // [M, N]
                        const Real* beta,          // [M, N]
                        Real* mean,                // [M, rows]
                        Real* scale,               // [M, rows]
                        Real* y) TUTTI_OPERATION;  // [M, rows, N]
virtual void layer_norm_backward(const LayerNormShape&, const Real* x, const Real* gamma,
                                 const Real* mean, const Real* scale, const Real* dy, Real* dx,
                                 Real* dgamma, Real* dbeta) TUTTI_OPERATION;

// Examples gathered by number from a data set that all members share, read as numbers.
virtual void gather(std::int64_t count, std::int64_t size, const GatheredBytes<Real>& from,
                    Real* x) TUTTI_OPERATION;  // [count, N], count = M B
virtual void gather(std::int64_t count, std::int64_t size,
                    const Real* data,          // [examples, N]
                    const std::int32_t* rows,  // [count]
                    Real* x) TUTTI_OPERATION;  // [count, N]

// Training steps whose numbers are laid out in advance, in tables [steps, …]. *step is the place of
// the next, from 0 on. begin_step brings its integers to where the kernels of every step look.
virtual void begin_step(std::int64_t count, std::int64_t row,
                        const std::int32_t* table,               // [steps, row]
                        const std::int32_t* step,                // [1]
                        std::int32_t* numbers) TUTTI_OPERATION;  // [count], of the row's first
// Once its loss is known, judge_step notes it and how many of a member's labels have the largest
// probability, the first of equal ones, brings its rates, and counts it. If a member's loss is not
// finite, the rates of all are NaN, and so are the losses and the rates of all steps after it.
virtual void judge_step(const StepShape&,
                        const Real* loss,              // [M]
                        const Real* probabilities,     // [M, B, K]
                        const std::int32_t* labels,    // [M, B]
                        const Real* table,             // [steps, N, M]
                        std::int32_t* step,            // [1]
                        Real* outcomes,                // [steps, 2, M]: losses, right answers
                        Real* rates) TUTTI_OPERATION;  // [N, M]

// What follows changes nothing of a member whose rate is NaN.

// SGD as PyTorch computes it: v = momentum v + g; w -= rate v, or, after Nesterov,
// w -= rate (g + momentum v).
virtual void sgd(std::int64_t members, std::span<const SgdParameter<Real>> parameters,
                 const SgdSettings&,
                 const Real* rates) TUTTI_OPERATION;  // [M]

// Tieleman, Hinton: RMSprop (2012), as Keras computes it: v += (1 - rho) (g^2 - v); centered:
// mean += (1 - rho) (g - mean), and step = rate g / sqrt(v - mean^2 + epsilon), otherwise without
// the mean; w -= step, or with momentum: momentum_sum = momentum * momentum_sum + step, and
// w -= momentum_sum.
virtual void rmsprop(std::int64_t members, std::span<const RmspropParameter<Real>> parameters,
                     const RmspropSettings&,
                     const Real* rates) TUTTI_OPERATION;  // [M]

// Kingma, Ba: Adam (ICLR 2015), as Keras computes it, with the bias correction in the rate:
// m += (1 - beta1) (g - m); v += (1 - beta2) (g^2 - v); w -= rate m / (sqrt(v) + epsilon).
// Where a parameter has a decay, w *= 1 - decay before: AdamW (Loshchilov, Hutter, ICLR 2019), with
// decay = learning rate * weight decay.
virtual void adam(std::int64_t members, std::span<const AdamParameter<Real>> parameters,
                  const AdamStep&,
                  const Real* rates) TUTTI_OPERATION;  // [M]
// adam of one parameter with g = dense_backward_weights(x, dy), which is not kept.
virtual void dense_adam(const DenseShape&, const AdamStep&, const Real* rates, const Real* x,
                        const Real* dy, Real* w, Real* m, Real* v,
                        const Real* decay) TUTTI_OPERATION;  // [M], or null

// norms[m] = sqrt(sum of squares of all of a member's gradients); every gradient of it is
// multiplied by min(1, max_norm / (norm + 1e-6)).
virtual void clip_by_global_norm(std::int64_t members,
                                 std::span<const ClippedGradient<Real>> gradients, double max_norm,
                                 Real* norms) TUTTI_OPERATION;  // [M]

#undef TUTTI_OPERATION
