#pragma once
#include <algorithm>
#include <cmath>

#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

namespace reference {

/// log(sum of exp(x))
template <class Real>
double log_sum_exp(std::int64_t classes, const Real* x) {
  const double largest = *std::max_element(x, x + classes);
  double sum = 0;
  for (std::int64_t k = 0; k < classes; ++k) sum += std::exp(x[k] - largest);
  return largest + std::log(sum);
}

}  // namespace reference

template <class Real>
void ReferenceBackend<Real>::softmax(std::int64_t rows, std::int64_t classes, const Real* x,
                                     Real* y) {
  for (std::int64_t r = 0; r < rows; ++r, x += classes, y += classes) {
    const double largest = *std::max_element(x, x + classes);
    double sum = 0;
    for (std::int64_t k = 0; k < classes; ++k) sum += std::exp(x[k] - largest);
    for (std::int64_t k = 0; k < classes; ++k)
      y[k] = static_cast<Real>(std::exp(x[k] - largest) / sum);
  }
}

template <class Real>
void ReferenceBackend<Real>::softmax_backward(std::int64_t rows, std::int64_t classes,
                                              const Real* y, const Real* dy, Real* dx) {
  for (std::int64_t r = 0; r < rows; ++r, y += classes, dy += classes, dx += classes) {
    double sum = 0;
    for (std::int64_t k = 0; k < classes; ++k) sum += double{y[k]} * dy[k];
    for (std::int64_t k = 0; k < classes; ++k) dx[k] = static_cast<Real>(y[k] * (dy[k] - sum));
  }
}

template <class Real>
void ReferenceBackend<Real>::softmax_cross_entropy(std::int64_t members, std::int64_t batch,
                                                   std::int64_t classes, const Real* x,
                                                   const std::int32_t* labels, Real* probabilities,
                                                   Real* loss) {
  softmax(members * batch, classes, x, probabilities);
  for (std::int64_t m = 0; m < members; ++m) {
    double total = 0;
    for (std::int64_t r = m * batch; r < (m + 1) * batch; ++r)
      total += reference::log_sum_exp(classes, x + r * classes) - x[r * classes + labels[r]];
    loss[m] = static_cast<Real>(total / static_cast<double>(batch));
  }
}

template <class Real>
void ReferenceBackend<Real>::softmax_cross_entropy_backward(
    std::int64_t members, std::int64_t batch, std::int64_t classes, const Real* probabilities,
    const std::int32_t* labels, const Real* dloss, Real* dx) {
  for (std::int64_t r = 0; r < members * batch; ++r)
    for (std::int64_t k = 0; k < classes; ++k) {
      const double target = k == labels[r] ? 1 : 0;
      dx[r * classes + k] = static_cast<Real>((probabilities[r * classes + k] - target) *
                                              dloss[r / batch] / static_cast<double>(batch));
    }
}

template <class Real>
void ReferenceBackend<Real>::soft_cross_entropy(std::int64_t members, std::int64_t batch,
                                                std::int64_t classes, const Real* x,
                                                const Real* targets, Real* probabilities,
                                                Real* loss) {
  softmax(members * batch, classes, x, probabilities);
  for (std::int64_t m = 0; m < members; ++m) {
    double total = 0;
    for (std::int64_t r = m * batch; r < (m + 1) * batch; ++r) {
      const double log_sum = reference::log_sum_exp(classes, x + r * classes);
      for (std::int64_t i = r * classes; i < (r + 1) * classes; ++i)
        total += targets[i] * (log_sum - x[i]);
    }
    loss[m] = static_cast<Real>(total / static_cast<double>(batch));
  }
}

template <class Real>
void ReferenceBackend<Real>::soft_cross_entropy_backward(std::int64_t members, std::int64_t batch,
                                                         std::int64_t classes,
                                                         const Real* probabilities,
                                                         const Real* targets, const Real* dloss,
                                                         Real* dx) {
  for (std::int64_t r = 0; r < members * batch; ++r) {
    double weight = 0;
    for (std::int64_t k = 0; k < classes; ++k) weight += targets[r * classes + k];
    for (std::int64_t i = r * classes; i < (r + 1) * classes; ++i)
      dx[i] = static_cast<Real>((weight * probabilities[i] - targets[i]) * dloss[r / batch] /
                                static_cast<double>(batch));
  }
}

}  // namespace tutti::kernels
