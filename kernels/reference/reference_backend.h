#pragma once
#include "kernels/backend.h"

namespace tutti::kernels {

/// Naive loops with sums in double: the definition of every operation, read and trusted.
template <class Real>
class ReferenceBackend final : public Backend<Real> {
 public:
  void conv2d(const Conv2dShape&, const Real* x, const Real* w, const Real* b, Real* y) override;
  void conv2d_backward_input(const Conv2dShape&, const Real* w, const Real* dy, Real* dx) override;
  void conv2d_backward_filter(const Conv2dShape&, const Real* x, const Real* dy, Real* dw) override;
  void conv2d_gathered(const Conv2dShape&, const GatheredBytes<Real>& x, const Real* w,
                       const Real* b, Real* y) override;
  void conv2d_gathered_backward_filter(const Conv2dShape&, const GatheredBytes<Real>& x,
                                       const Real* dy, Real* dw) override;
  void dense(const DenseShape&, const Real* x, const Real* w, const Real* b, Real* y) override;
  void dense_backward_input(const DenseShape&, const Real* w, const Real* dy, Real* dx) override;
  void dense_backward_weights(const DenseShape&, const Real* x, const Real* dy, Real* dw) override;
  void bias_backward(std::int64_t members, std::int64_t rows, std::int64_t features, const Real* dy,
                     Real* db) override;
  void activation(const ActivationFunction&, std::int64_t size, const Real* x, Real* y) override;
  void activation_backward(const ActivationFunction&, std::int64_t size, const Real* y,
                           const Real* dy, Real* dx) override;
  void batch_norm(const BatchNormShape&, const Real* x, const Real* gamma, const Real* beta,
                  Real* mean, Real* variance, Real* y) override;
  void batch_norm_backward(const BatchNormShape&, const Real* x, const Real* gamma,
                           const Real* mean, const Real* variance, const Real* dy, Real* dx,
                           Real* dgamma, Real* dbeta) override;
  void batch_norm_inference(const BatchNormShape&, const Real* x, const Real* gamma,
                            const Real* beta, const Real* mean, const Real* variance,
                            Real* y) override;
  void moving_average(std::int64_t size, double share, const Real* value, Real* average) override;
  void pad2d(const Pad2dShape&, const Real* x, Real* y) override;
  void pad2d_backward(const Pad2dShape&, const Real* dy, Real* dx) override;
  void avg_pool2d(const Pool2dShape&, const Real* x, Real* y) override;
  void avg_pool2d_backward(const Pool2dShape&, const Real* dy, Real* dx) override;
  void softmax_backward(std::int64_t rows, std::int64_t classes, const Real* y, const Real* dy,
                        Real* dx) override;
  void last_step(std::int64_t rows, std::int64_t steps, std::int64_t units, const Real* x,
                 Real* y) override;
  void last_step_backward(std::int64_t rows, std::int64_t steps, std::int64_t units, const Real* dy,
                          Real* dx) override;
  void simple_rnn(const RecurrentShape&, const Real* x, const Real* w, const Real* u, const Real* b,
                  Real* h) override;
  void simple_rnn_backward(const RecurrentShape&, const Real* x, const Real* w, const Real* u,
                           const Real* h, const Real* dh, Real* dz, Real* dx, Real* dw, Real* du,
                           Real* db) override;
  void lstm(const RecurrentShape&, const Real* x, const Real* w, const Real* u, const Real* b,
            Real* gates, Real* cells, Real* h) override;
  void lstm_backward(const RecurrentShape&, const Real* x, const Real* w, const Real* u,
                     const Real* gates, const Real* cells, const Real* h, const Real* dh, Real* dz,
                     Real* dx, Real* dw, Real* du, Real* db) override;
  void gru(const RecurrentShape&, const Real* x, const Real* w, const Real* u, const Real* b,
           Real* gates, Real* inner, Real* h) override;
  void gru_backward(const RecurrentShape&, const Real* x, const Real* w, const Real* u,
                    const Real* gates, const Real* inner, const Real* h, const Real* dh, Real* dz,
                    Real* dinner, Real* dx, Real* dw, Real* du, Real* db) override;
  void max_pool2d(const Pool2dShape&, const Real* x, Real* y) override;
  void max_pool2d_backward(const Pool2dShape&, const Real* x, const Real* dy, Real* dx) override;
  void dropout(std::int64_t members, std::int64_t size, double rate, const std::int32_t* draws,
               std::uint64_t layer, const Real* x, Real* y) override;
  void softmax(std::int64_t rows, std::int64_t classes, const Real* x, Real* y) override;
  void softmax_cross_entropy(std::int64_t members, std::int64_t batch, std::int64_t classes,
                             const Real* x, const std::int32_t* labels, Real* probabilities,
                             Real* loss) override;
  void softmax_cross_entropy_backward(std::int64_t members, std::int64_t batch,
                                      std::int64_t classes, const Real* probabilities,
                                      const std::int32_t* labels, const Real* dloss,
                                      Real* dx) override;
  void l2(std::int64_t members, std::int64_t size, double coefficient, const Real* w,
          Real* loss) override;
  void l2_backward(std::int64_t members, std::int64_t size, double coefficient, const Real* w,
                   const Real* dloss, Real* dw) override;
  void add(std::int64_t size, const Real* a, const Real* b, Real* y) override;
  void gather(std::int64_t count, std::int64_t size, const GatheredBytes<Real>& from,
              Real* x) override;
  void gather(std::int64_t count, std::int64_t size, const Real* data, const std::int32_t* rows,
              Real* x) override;
  void adam(std::int64_t members, std::span<const AdamParameter<Real>> parameters, const AdamStep&,
            const Real* rates) override;
  void dense_adam(const DenseShape&, const AdamStep&, const Real* rates, const Real* x,
                  const Real* dy, Real* w, Real* m, Real* v) override;
};

}  // namespace tutti::kernels
