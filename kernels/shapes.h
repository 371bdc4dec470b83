#pragma once
#include <cstdint>

#include "kernels/activation.h"
#include "kernels/arithmetic.h"
#include "kernels/support/philox.h"

/// What the operations of the contract (kernels/operations.h) are told beside arrays.
namespace tutti::kernels {

struct Conv2dShape {
  std::int64_t members, batch, height, width, channels;
  std::int64_t kernel_height, kernel_width, filters;
  std::int64_t stride_height, stride_width;
  std::int64_t pad_top, pad_left;  // zeros before the first row and column
  std::int64_t out_height, out_width;
  std::int64_t dilation_height = 1, dilation_width = 1;  // between neighbors of the kernel

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

/// Places in two arrays.
struct StridedPlace {
  std::int64_t a, b;
};

/// Axes that two arrays are walked along, outermost first, and how far apart neighbors along each
/// are in them: 0 where an array is broadcast. Axes are at least one.
struct StridedShape {
  static constexpr int most = 6;
  int axes;
  std::int64_t length[most], a[most], b[most];

  std::int64_t elements() const {
    std::int64_t count = 1;
    for (int n = 0; n < axes; ++n) count *= length[n];
    return count;
  }
  /// Of element i of the walk.
  template <class Index>
  TUTTI_HOST_DEVICE StridedPlace place(Index i) const {
    StridedPlace at{0, 0};
    for (int n = most - 1; n >= 0; --n) {
      if (n >= axes) continue;
      const Index own = static_cast<Index>(length[n]), rest = n > 0 ? i / own : 0;
      at.a += static_cast<std::int64_t>(i - rest * own) * a[n];
      at.b += static_cast<std::int64_t>(i - rest * own) * b[n];
      i = rest;
    }
    return at;
  }
};

/// Two arrays that are walked element by element.
inline StridedShape contiguous(std::int64_t size) { return {1, {size}, {1}, {1}}; }

/// Products of `count` pairs of matrices; count = M and whatever else they are in.
struct MatmulShape {
  std::int64_t count, rows, columns, depth;
  bool transpose_a = false, transpose_b = false;
};

/// Arrays [M, outer, length, inner], of which the axis `length` is reduced.
struct ReduceShape {
  std::int64_t members, outer, length, inner;
};

/// Statistics of each row over its features.
struct LayerNormShape {
  std::int64_t members, rows, features;
  double epsilon;  // added to the variance
};

/// Examples gathered by number from a data set of uint8 that all members share, read as numbers:
/// x[m, b, n] = scale * data[rows[m, b], n] + offset.
template <class Real>
struct GatheredBytes {
  const std::uint8_t* data;  // [examples, N]
  const std::int32_t* rows;  // [M, B]
  Real scale, offset;
};

/// A step of training, once its loss is known.
struct StepShape {
  std::int64_t members, batch, classes;
  std::int64_t rates;  // numbers of a member that its update needs, N: the rate is the first
};

/// SGD's settings.
struct SgdSettings {
  double momentum = 0;
  bool nesterov = false;
};

/// A parameter that SGD updates.
template <class Real>
struct SgdParameter {
  std::int64_t size;  // N
  const Real* g;      // [M, N], its gradient
  Real *w, *v;        // [M, N], updated; v may be null without momentum
};

/// RMSprop's settings.
struct RmspropSettings {
  double rho = 0.9;
  double momentum = 0;
  double epsilon = 1e-7;
  bool centered = false;
};

/// A parameter that RMSprop updates.
template <class Real>
struct RmspropParameter {
  std::int64_t size;  // N
  const Real* g;      // [M, N], its gradient
  Real *w, *v;        // [M, N], updated
  Real* momentum;     // [M, N], updated; may be null without momentum
  Real* mean;         // [M, N], updated; may be null if not centered
};

/// Adam's settings.
struct AdamStep {
  double beta1, beta2, epsilon;
};

/// A parameter that Adam updates.
template <class Real>
struct AdamParameter {
  std::int64_t size;            // N
  const Real* g;                // [M, N], its gradient
  Real *w, *m, *v;              // [M, N], updated
  const Real* decay = nullptr;  // [M], or null: w *= 1 - decay[m] before the step
};

/// One of the gradients that are clipped by their common norm.
template <class Real>
struct ClippedGradient {
  std::int64_t size;  // N
  const Real* g;      // [M, N]
  Real* clipped;      // [M, N]; may be g
};

/// What every gradient is multiplied by: PyTorch's clip_grad_norm_. 1 where the norm is not a
/// number.
template <class Real>
TUTTI_HOST_DEVICE Real clipping_factor(Real max_norm, Real norm) {
  const Real factor = max_norm / (norm + static_cast<Real>(1e-6));
  return factor < 1 ? factor : 1;
}

}  // namespace tutti::kernels
