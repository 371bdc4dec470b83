#include <algorithm>
#include <cmath>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/support/threads.h"

namespace tutti::kernels {
namespace {

/// Softmax of one row; returns log(sum of exp(x)).
double softmax_row(std::int64_t classes, const float* x, float* y) {
  const float largest = *std::max_element(x, x + classes);
  double sum = 0;
  for (std::int64_t k = 0; k < classes; ++k) sum += y[k] = std::exp(x[k] - largest);
  for (std::int64_t k = 0; k < classes; ++k) y[k] = static_cast<float>(y[k] / sum);
  return largest + std::log(sum);
}

}  // namespace

void CpuBackend::softmax(std::int64_t rows, std::int64_t classes, const float* x, float* y) {
  for (std::int64_t r = 0; r < rows; ++r) softmax_row(classes, x + r * classes, y + r * classes);
}

void CpuBackend::softmax_backward(std::int64_t rows, std::int64_t classes, const float* y,
                                  const float* dy, float* dx) {
  for (std::int64_t r = 0; r < rows; ++r, y += classes, dy += classes, dx += classes) {
    double sum = 0;
    for (std::int64_t k = 0; k < classes; ++k) sum += double{y[k]} * dy[k];
    for (std::int64_t k = 0; k < classes; ++k) dx[k] = y[k] * (dy[k] - static_cast<float>(sum));
  }
}

void CpuBackend::softmax_cross_entropy(std::int64_t members, std::int64_t batch,
                                       std::int64_t classes, const float* x,
                                       const std::int32_t* labels, float* probabilities,
                                       float* loss) {
  parallel_for(members, [&](std::int64_t m) {
    double total = 0;
    for (std::int64_t r = m * batch; r < (m + 1) * batch; ++r)
      total += softmax_row(classes, x + r * classes, probabilities + r * classes) -
               x[r * classes + labels[r]];
    loss[m] = static_cast<float>(total / static_cast<double>(batch));
  });
}

void CpuBackend::softmax_cross_entropy_backward(std::int64_t members, std::int64_t batch,
                                                std::int64_t classes, const float* probabilities,
                                                const std::int32_t* labels, const float* dloss,
                                                float* dx) {
  for (std::int64_t r = 0; r < members * batch; ++r) {
    const float scale = dloss[r / batch] / static_cast<float>(batch);
    for (std::int64_t k = 0; k < classes; ++k)
      dx[r * classes + k] =
          (probabilities[r * classes + k] - (k == labels[r] ? 1.0f : 0.0f)) * scale;
  }
}

void CpuBackend::soft_cross_entropy(std::int64_t members, std::int64_t batch, std::int64_t classes,
                                    const float* x, const float* targets, float* probabilities,
                                    float* loss) {
  parallel_for(members, [&](std::int64_t m) {
    double total = 0;
    for (std::int64_t r = m * batch; r < (m + 1) * batch; ++r) {
      const double log_sum = softmax_row(classes, x + r * classes, probabilities + r * classes);
      for (std::int64_t i = r * classes; i < (r + 1) * classes; ++i)
        total += targets[i] * (log_sum - x[i]);
    }
    loss[m] = static_cast<float>(total / static_cast<double>(batch));
  });
}

void CpuBackend::soft_cross_entropy_backward(std::int64_t members, std::int64_t batch,
                                             std::int64_t classes, const float* probabilities,
                                             const float* targets, const float* dloss, float* dx) {
  for (std::int64_t r = 0; r < members * batch; ++r) {
    const float scale = dloss[r / batch] / static_cast<float>(batch);
    float weight = 0;
    for (std::int64_t k = 0; k < classes; ++k) weight += targets[r * classes + k];
    for (std::int64_t i = r * classes; i < (r + 1) * classes; ++i)
      dx[i] = (weight * probabilities[i] - targets[i]) * scale;
  }
}

}  // namespace tutti::kernels
