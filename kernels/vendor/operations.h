#pragma once
#include <map>
#include <utility>

#include "kernels/cuda/gpu_backend.h"
#include "kernels/precision.h"
#include "kernels/vendor/buffer.h"
#include "kernels/vendor/convolution.h"
#include "kernels/vendor/recurrence.h"

namespace tutti::kernels::vendor {

/// Our kernels, with the operations that the libraries have overridden by theirs.
class VendorBackend final : public cuda::GpuBackend {
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
  bool has_conv2d_relu_pool(const Conv2dShape&, const GatheredBytes<float>&) const override {
    return false;
  }
  void dense(const DenseShape&, const float* x, const float* w, const float* b, float* y) override;
  void dense_backward_input(const DenseShape&, const float* w, const float* dy, float* dx) override;
  void dense_backward_weights(const DenseShape&, const float* x, const float* dy,
                              float* dw) override;
  void dense_adam(const DenseShape&, const AdamStep&, const float* rates, const float* x,
                  const float* dy, float* w, float* m, float* v, const float* decay) override;
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
  void max_pool2d(const Pool2dShape&, const float* x, float* y) override;
  void max_pool2d_backward(const Pool2dShape&, const float* x, const float* dy, float* dx) override;
  void softmax(std::int64_t rows, std::int64_t classes, const float* x, float* y) override;

 private:
  template <class Shape>
  using Key = std::pair<Precision, Shape>;

  /// What is made at the first call of a shape, for the precision that is set.
  template <class Shape>
  static Key<Shape> key(const Shape& s) {
    return {precision(), s};
  }
  Convolution& convolution(const Conv2dShape& s);
  Recurrence& recurrence(cudnnRNNMode_t mode, const RecurrentShape& s);

  const float* images(const Conv2dShape& s, const Convolution& c, const float* x);
  const float* gathered(const Conv2dShape& s, const GatheredBytes<float>& x);
  void run(cudnnRNNMode_t mode, const RecurrentShape& s, const float* x, const float* w,
           const float* u, const float* b, float* h);
  void run_backward(cudnnRNNMode_t mode, const RecurrentShape& s, const float* x, const float* w,
                    const float* u, const float* h, const float* dh, float* dx, float* dw,
                    float* du, float* db);

  /// What cuDNN keeps of a recurrent layer between forward and backward.
  struct Kept {
    const Recurrence* layer = nullptr;
    Buffer reserve;
  };

  std::map<Key<Conv2dShape>, Convolution> convolutions_;
  std::map<std::pair<cudnnRNNMode_t, Key<RecurrentShape>>, Recurrence> recurrences_;
  std::map<const float*, Kept> kept_;  // by the address of h
  Buffer workspace_, images_, filters_, gathered_, maxima_, reserve_, unwanted_, gradient_;
};

}  // namespace tutti::kernels::vendor
