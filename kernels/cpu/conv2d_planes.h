#pragma once
#include "kernels/backend.h"

/// Convolutions of stride 1 with filters three rows high, with or without zeros around the images,
/// by Winograd's F(2, 3) over the rows: see conv2d_rows.h. The rows d are padded, P = OW + KW - 1
/// places of C values. Windows along a row are KW C values each, C from one to the next: rows of a
/// matrix that overlap, so nothing is copied for the products, which also compute KW - 1 outputs a
/// row that nobody needs.
namespace tutti::kernels::cpu {

/// True where this is faster than im2col: there are enough windows to make up for U.
bool winograd_applies_to_planes(const Conv2dShape& s);

void conv2d_planes(const Conv2dShape& s, const float* x, const float* w, const float* b, float* y);
void conv2d_planes_backward_filter(const Conv2dShape& s, const float* x, const float* dy,
                                   float* dw);

}  // namespace tutti::kernels::cpu
