#pragma once
#include "kernels/reference/reference_backend.h"

namespace tutti::kernels {

namespace reference {

/// Calls run(i, at) for every element of the result; at(n) is the index of the n-th that it is of.
template <class Run>
void each_line(const ReduceShape& s, Run run) {
  for (std::int64_t i = 0; i < s.members * s.outer * s.inner; ++i)
    run(i, [&, first = i / s.inner * s.length * s.inner + i % s.inner](std::int64_t n) {
      return first + n * s.inner;
    });
}

/// Of the first of the largest.
template <class Real, class At>
std::int64_t argmax(const ReduceShape& s, const Real* x, At at) {
  std::int64_t largest = 0;
  for (std::int64_t n = 1; n < s.length; ++n)
    if (exceeds(x[at(n)], x[at(largest)])) largest = n;
  return at(largest);
}

}  // namespace reference

template <class Real>
void ReferenceBackend<Real>::reduce_sum(const ReduceShape& s, double scale, const Real* x,
                                        Real* y) {
  reference::each_line(s, [&](std::int64_t i, auto at) {
    double sum = 0;
    for (std::int64_t n = 0; n < s.length; ++n) sum += x[at(n)];
    y[i] = static_cast<Real>(scale * sum);
  });
}

template <class Real>
void ReferenceBackend<Real>::reduce_max(const ReduceShape& s, const Real* x, Real* y) {
  reference::each_line(s, [&](std::int64_t i, auto at) { y[i] = x[reference::argmax(s, x, at)]; });
}

template <class Real>
void ReferenceBackend<Real>::reduce_max_backward(const ReduceShape& s, const Real* x,
                                                 const Real* dy, Real* dx) {
  reference::each_line(s, [&](std::int64_t i, auto at) {
    for (std::int64_t n = 0; n < s.length; ++n) dx[at(n)] = 0;
    dx[reference::argmax(s, x, at)] = dy[i];
  });
}

}  // namespace tutti::kernels
