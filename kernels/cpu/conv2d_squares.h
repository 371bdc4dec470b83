#pragma once
#include "kernels/backend.h"

/// Convolutions of stride 1 with filters of 3 x 3, with or without zeros around the images, by
/// Winograd's F(2 x 2, 3 x 3), in the letters of conv2d_rows.h: its transforms over the rows and
/// then over the columns. A tile of 2 x 2 outputs reads 4 x 4 places and takes 16 products of C by
/// F values instead of 36.
namespace tutti::kernels::cpu {

/// True where this is faster than conv2d_planes and im2col.
bool winograd_applies_to_squares(const Conv2dShape& s);

void conv2d_squares(const Conv2dShape& s, const float* x, const float* w, const float* b, float* y);
void conv2d_squares_backward_filter(const Conv2dShape& s, const float* x, const float* dy,
                                    float* dw);

}  // namespace tutti::kernels::cpu
