#pragma once

namespace tutti {

/// How a GPU, or the machine in software, multiplies matrices: in float on CUDA cores, or on tensor
/// cores with factors rounded to 10 or 7 bits of mantissa. Sums are always float. sm_75 uses fp16
/// for both.
enum class Precision { fp32, tf32, bf16 };

/// Of all products from now on; tf32 at first. Steps that are recorded keep theirs.
Precision precision();
void set_precision(Precision precision);

}  // namespace tutti
