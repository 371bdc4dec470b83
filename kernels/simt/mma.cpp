#include "kernels/simt/mma.h"

#include <bit>
#include <cmath>

namespace tutti::simt {
namespace {

constexpr int rows = 16, columns = 8;

/// What one lane brings: its registers of d, a and b.
struct Fragments {
  float* d;
  const std::uint32_t *a, *b;
};

float from_bf16(std::uint32_t word, int half) {
  return std::bit_cast<float>(half ? word & 0xFFFF0000u : word << 16);
}

float from_tf32(std::uint32_t word) { return std::bit_cast<float>(word & 0xFFFFE000u); }

float from_f16(std::uint32_t word, int half) {
  const std::uint32_t bits = half ? word >> 16 : word & 0xFFFF;
  const int exponent = bits >> 10 & 31;
  const float mantissa = static_cast<float>(bits & 0x3FF);
  const float sign = bits & 0x8000 ? -1.0f : 1.0f;
  if (exponent == 31) return sign * (mantissa == 0 ? INFINITY : NAN);
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  return sign * std::ldexp(mantissa + 1024, exponent - 25);
}

/// d += a b from all fragments: lane 4 g + t holds rows g and g + 8 and column g, at the places of
/// k that `a_at(registers, row >= 8, k)` and `b_at(registers, k)` know.
template <int K, class A, class B, class LaneOf>
void multiply(const std::uint64_t* words, LaneOf lane_of, A a_at, B b_at) {
  const auto fragments = [words](int lane) {
    return *std::bit_cast<const Fragments*>(words[lane]);
  };
  float a[rows][K], b[columns][K];
  for (int k = 0; k < K; ++k) {
    for (int i = 0; i < rows; ++i) a[i][k] = a_at(fragments(4 * (i % 8) + lane_of(k)).a, i / 8, k);
    for (int j = 0; j < columns; ++j) b[j][k] = b_at(fragments(4 * j + lane_of(k)).b, k);
  }
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < columns; ++j) {
      float& d = fragments(4 * (i % 8) + j / 2).d[2 * (i / 8) + j % 2];
      float sum = 0;
      for (int k = 0; k < K; ++k) sum += a[i][k] * b[j][k];
      d += sum;
    }
}

/// All lanes meet with their fragments; the last one multiplies.
template <class Multiply>
void meet(const Fragments& mine, const char* what, const Place& place, Multiply multiply_all) {
  warp_rendezvous(0xFFFFFFFFu, std::bit_cast<std::uint64_t>(&mine), what, place, multiply_all);
}

// Two values per word, k and k + 1; words of the same lane are 8 apart in k.
int lane_of_pair(int k) { return k % 8 / 2; }

}  // namespace

void mma_m16n8k8_tf32(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                      const Place& place) {
  meet({d, a, b}, "mma.m16n8k8.tf32", place, [](const std::uint64_t* words) {
    multiply<8>(
        words, [](int k) { return k % 4; },
        [](const std::uint32_t* r, int low, int k) { return from_tf32(r[low + k / 4 * 2]); },
        [](const std::uint32_t* r, int k) { return from_tf32(r[k / 4]); });
  });
}

void mma_m16n8k16_bf16(float (&d)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2],
                       const Place& place) {
  meet({d, a, b}, "mma.m16n8k16.bf16", place, [](const std::uint64_t* words) {
    multiply<16>(
        words, lane_of_pair,
        [](const std::uint32_t* r, int low, int k) { return from_bf16(r[low + k / 8 * 2], k % 2); },
        [](const std::uint32_t* r, int k) { return from_bf16(r[k / 8], k % 2); });
  });
}

void mma_m16n8k8_f16(float (&d)[4], const std::uint32_t (&a)[2], const std::uint32_t (&b)[1],
                     const Place& place) {
  meet({d, a, b}, "mma.m16n8k8.f16", place, [](const std::uint64_t* words) {
    multiply<8>(
        words, lane_of_pair,
        [](const std::uint32_t* r, int low, int k) { return from_f16(r[low], k % 2); },
        [](const std::uint32_t* r, int k) { return from_f16(r[0], k % 2); });
  });
}

std::uint32_t round_to_tf32(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value) || std::isinf(value)) return bits;
  return (bits + 0x1000u) & 0xFFFFE000u;
}

std::uint32_t round_to_bf16x2(float low, float high) {
  const auto rounded = [](float value) -> std::uint32_t {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (std::isnan(value)) return 0x7FFF;
    return (bits + 0x7FFFu + (bits >> 16 & 1)) >> 16;
  };
  return rounded(low) | rounded(high) << 16;
}

float value_of_tf32(std::uint32_t word) { return std::bit_cast<float>(word); }

float low_of_bf16x2(std::uint32_t word) { return std::bit_cast<float>(word << 16); }

std::uint32_t round_to_f16x2(float low, float high) {
  const auto rounded = [](float value) -> std::uint32_t {
    const std::uint32_t sign = std::signbit(value) ? 0x8000 : 0;
    const float size = std::fabs(value);
    if (std::isnan(value)) return 0x7FFF;
    if (size >= 65520) return sign | 0x7C00;
    if (size < 0x1p-14f)  // subnormal, or rounded up to the first normal number
      return sign | static_cast<std::uint32_t>(std::nearbyint(size * 0x1p24f));
    int exponent;
    const float mantissa = std::frexp(size, &exponent);  // 0.5 … 1
    return sign + (static_cast<std::uint32_t>(exponent + 13) << 10) +
           static_cast<std::uint32_t>(std::nearbyint(mantissa * 2048));
  };
  return rounded(low) | rounded(high) << 16;
}

}  // namespace tutti::simt
