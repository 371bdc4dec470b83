#pragma once
#include "kernels/backend.h"
#include "kernels/cuda/language.h"

namespace tutti::kernels::TUTTI_GPU {

/// Our kernels. Matrix products use the precision that is set; everything else is float.
class GpuBackend : public Backend<float> {
 public:
  void conv2d(const Conv2dShape&, const float* x, const float* w, const float* b,
              float* y) override;
  void conv2d_backward_input(const Conv2dShape&, const float* w, const float* dy,
                             float* dx) override;
  void conv2d_backward_filter(const Conv2dShape&, const float* x, const float* dy,
                              float* dw) override;
  void conv2d_gathered(const Conv2dShape&, const GatheredBytes<float>& x, const float* w,
                       const float* b, float* y) override;
  void conv2d_gathered_backward_filter(const Conv2dShape&, const GatheredBytes<float>& x,
                                       const float* dy, float* dw) override;
  bool has_conv2d_relu_pool(const Conv2dShape&, const GatheredBytes<float>&) const override;
  void conv2d_relu_pool(const Conv2dShape&, const GatheredBytes<float>& x, const float* w,
                        const float* b, float* y, std::uint8_t* argmax) override;
  void conv2d_relu_pool_backward(const Conv2dShape&, const GatheredBytes<float>& x, const float* dy,
                                 const std::uint8_t* argmax, float* dw, float* db) override;
  void dense(const DenseShape&, const float* x, const float* w, const float* b, float* y) override;
  void dense_backward_input(const DenseShape&, const float* w, const float* dy, float* dx) override;
  void dense_backward_weights(const DenseShape&, const float* x, const float* dy,
                              float* dw) override;
  void bias_backward(std::int64_t members, std::int64_t rows, std::int64_t features,
                     const float* dy, float* db) override;
  void activation(const ActivationFunction&, std::int64_t size, const float* x, float* y) override;
  void activation_backward(const ActivationFunction&, std::int64_t size, const float* y,
                           const float* dy, float* dx) override;
  void batch_norm(const BatchNormShape&, const float* x, const float* gamma, const float* beta,
                  float* mean, float* variance, float* y) override;
  void batch_norm_backward(const BatchNormShape&, const float* x, const float* gamma,
                           const float* mean, const float* variance, const float* dy, float* dx,
                           float* dgamma, float* dbeta) override;
  void batch_norm_inference(const BatchNormShape&, const float* x, const float* gamma,
                            const float* beta, const float* mean, const float* variance,
                            float* y) override;
  void moving_average(std::int64_t size, double share, const float* value, float* average) override;
  void pad2d(const Pad2dShape&, const float* x, float* y) override;
  void pad2d_backward(const Pad2dShape&, const float* dy, float* dx) override;
  void avg_pool2d(const Pool2dShape&, const float* x, float* y) override;
  void avg_pool2d_backward(const Pool2dShape&, const float* dy, float* dx) override;
  void softmax_backward(std::int64_t rows, std::int64_t classes, const float* y, const float* dy,
                        float* dx) override;
  void last_step(std::int64_t rows, std::int64_t steps, std::int64_t units, const float* x,
                 float* y) override;
  void last_step_backward(std::int64_t rows, std::int64_t steps, std::int64_t units,
                          const float* dy, float* dx) override;
  void simple_rnn(const RecurrentShape&, const float* x, const float* w, const float* u,
                  const float* b, float* h) override;
  void simple_rnn_backward(const RecurrentShape&, const float* x, const float* w, const float* u,
                           const float* h, const float* dh, float* dz, float* dx, float* dw,
                           float* du, float* db) override;
  void lstm(const RecurrentShape&, const float* x, const float* w, const float* u, const float* b,
            float* gates, float* cells, float* h) override;
  void lstm_backward(const RecurrentShape&, const float* x, const float* w, const float* u,
                     const float* gates, const float* cells, const float* h, const float* dh,
                     float* dz, float* dx, float* dw, float* du, float* db) override;
  void gru(const RecurrentShape&, const float* x, const float* w, const float* u, const float* b,
           float* gates, float* inner, float* h) override;
  void gru_backward(const RecurrentShape&, const float* x, const float* w, const float* u,
                    const float* gates, const float* inner, const float* h, const float* dh,
                    float* dz, float* dinner, float* dx, float* dw, float* du, float* db) override;
  void max_pool2d(const Pool2dShape&, const float* x, float* y) override;
  void max_pool2d_backward(const Pool2dShape&, const float* x, const float* dy, float* dx) override;
  void dropout(std::int64_t members, std::int64_t size, double rate, const std::int32_t* draws,
               std::uint64_t layer, const float* x, float* y) override;
  void softmax(std::int64_t rows, std::int64_t classes, const float* x, float* y) override;
  void softmax_cross_entropy(std::int64_t members, std::int64_t batch, std::int64_t classes,
                             const float* x, const std::int32_t* labels, float* probabilities,
                             float* loss) override;
  void softmax_cross_entropy_backward(std::int64_t members, std::int64_t batch,
                                      std::int64_t classes, const float* probabilities,
                                      const std::int32_t* labels, const float* dloss,
                                      float* dx) override;
  void l2(std::int64_t members, std::int64_t size, double coefficient, const float* w,
          float* loss) override;
  void l2_backward(std::int64_t members, std::int64_t size, double coefficient, const float* w,
                   const float* dloss, float* dw) override;
  void add(std::int64_t size, const float* a, const float* b, float* y) override;
  void gather(std::int64_t count, std::int64_t size, const GatheredBytes<float>& from,
              float* x) override;
  void gather(std::int64_t count, std::int64_t size, const float* data, const std::int32_t* rows,
              float* x) override;
  void adam(std::int64_t members, std::span<const AdamParameter<float>> parameters, const AdamStep&,
            const float* rates) override;
  void dense_adam(const DenseShape&, const AdamStep&, const float* rates, const float* x,
                  const float* dy, float* w, float* m, float* v) override;
};

}  // namespace tutti::kernels::TUTTI_GPU
