#pragma once
#include <cstdint>

#include "kernels/simt/machine.h"

/// The matrix instructions mma.sync of PTX, with their fragments as the hardware lays them out over
/// the lanes (PTX ISA, "Warp Level Matrix Multiply-Accumulate Instructions"). d += a b.
namespace tutti::simt {

/// m16n8k8, tf32: the bits of floats, rounded toward zero to 10 bits of mantissa.
void mma_m16n8k8_tf32(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                      const Place& place = Place::current());

/// m16n8k16, bf16: two in a word, the lower k in the lower half.
void mma_m16n8k16_bf16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                       const Place& place = Place::current());

/// m16n8k8, fp16: two in a word, the lower k in the lower half.
void mma_m16n8k8_f16(float (&d)[4], const std::uint32_t (&a)[2], const std::uint32_t (&b)[1],
                     const Place& place = Place::current());

/// A float as the nearest tf32 (ties away from zero: cvt.rna.tf32.f32), and pairs as the nearest
/// bf16 and fp16 (ties to even), the first in the lower half.
std::uint32_t round_to_tf32(float value);
std::uint32_t round_to_bf16x2(float low, float high);
std::uint32_t round_to_f16x2(float low, float high);

/// What such words hold, of a pair the lower half.
float value_of_tf32(std::uint32_t word);
float low_of_bf16x2(std::uint32_t word);

}  // namespace tutti::simt
