#include <cmath>
#include <cstring>
#include <vector>

#include "tests/support/catch.h"

#define TUTTI_SIMT
#include "kernels/cuda/language.h"
#include "kernels/support/philox.h"

using namespace tutti;
using namespace tutti::kernels::simt;

// The fragments are loaded as the PTX manual draws them: groupID = lane / 4, threadID_in_group =
// lane % 4.

namespace {

/// a is [16, K], b [K, 8], d [16, 8], by rows.
template <int K>
struct Product {
  std::vector<float> a = std::vector<float>(16 * K), b = std::vector<float>(K * 8),
                     d = std::vector<float>(16 * 8);

  /// Small integers, which every format holds exactly.
  Product() {
    for (std::size_t i = 0; i < a.size(); ++i)
      a[i] = static_cast<float>(kernels::philox(1, 0, i)[0] % 17) - 8;
    for (std::size_t i = 0; i < b.size(); ++i)
      b[i] = static_cast<float>(kernels::philox(2, 0, i)[0] % 17) - 8;
  }

  void require_right() const {
    for (std::size_t i = 0; i < 16; ++i)
      for (std::size_t j = 0; j < 8; ++j) {
        float sum = 1;
        for (std::size_t k = 0; k < K; ++k) sum += a[i * K + k] * b[k * 8 + j];
        REQUIRE(d[i * 8 + j] == sum);
      }
  }
};

void write(float* d, const float (&c)[4]) {
  const unsigned g = threadIdx.x / 4, t = threadIdx.x % 4;
  d[g * 8 + 2 * t] = c[0];
  d[g * 8 + 2 * t + 1] = c[1];
  d[(g + 8) * 8 + 2 * t] = c[2];
  d[(g + 8) * 8 + 2 * t + 1] = c[3];
}

void tf32_kernel(const float* a, const float* b, float* d) {
  const unsigned g = threadIdx.x / 4, t = threadIdx.x % 4;
  const std::uint32_t left[4] = {round_to_tf32(a[g * 8 + t]), round_to_tf32(a[(g + 8) * 8 + t]),
                                 round_to_tf32(a[g * 8 + t + 4]),
                                 round_to_tf32(a[(g + 8) * 8 + t + 4])};
  const std::uint32_t right[2] = {round_to_tf32(b[t * 8 + g]), round_to_tf32(b[(t + 4) * 8 + g])};
  float c[4] = {1, 1, 1, 1};
  mma_m16n8k8_tf32(c, left, right);
  write(d, c);
}

void bf16_kernel(const float* a, const float* b, float* d) {
  const unsigned g = threadIdx.x / 4, t = threadIdx.x % 4;
  const auto left_pair = [&](unsigned row, unsigned k) {
    return round_to_bf16x2(a[row * 16 + k], a[row * 16 + k + 1]);
  };
  const auto right_pair = [&](unsigned k) {
    return round_to_bf16x2(b[k * 8 + g], b[(k + 1) * 8 + g]);
  };
  const std::uint32_t left[4] = {left_pair(g, 2 * t), left_pair(g + 8, 2 * t),
                                 left_pair(g, 2 * t + 8), left_pair(g + 8, 2 * t + 8)};
  const std::uint32_t right[2] = {right_pair(2 * t), right_pair(2 * t + 8)};
  float c[4] = {1, 1, 1, 1};
  mma_m16n8k16_bf16(c, left, right);
  write(d, c);
}

void f16_kernel(const float* a, const float* b, float* d) {
  const unsigned g = threadIdx.x / 4, t = threadIdx.x % 4;
  const std::uint32_t left[2] = {
      round_to_f16x2(a[g * 8 + 2 * t], a[g * 8 + 2 * t + 1]),
      round_to_f16x2(a[(g + 8) * 8 + 2 * t], a[(g + 8) * 8 + 2 * t + 1])};
  const std::uint32_t right[1] = {round_to_f16x2(b[2 * t * 8 + g], b[(2 * t + 1) * 8 + g])};
  float c[4] = {1, 1, 1, 1};
  mma_m16n8k8_f16(c, left, right);
  write(d, c);
}

template <auto kernel, int K>
void check() {
  Product<K> p;
  launch<kernel>({{1}, {32}}, p.a.data(), p.b.data(), p.d.data());
  p.require_right();
}

}  // namespace

TEST_CASE("Matrix instructions multiply in the fragment layouts of the PTX manual") {
  check<tf32_kernel, 8>();
  check<bf16_kernel, 16>();
  check<f16_kernel, 8>();
}

TEST_CASE("Roundings are the hardware's") {
  CHECK(round_to_tf32(1.0f + 0x1p-11f) == std::bit_cast<std::uint32_t>(1.0f + 0x1p-10f));  // away
  CHECK(round_to_tf32(1.0f + 0x1.8p-12f) == std::bit_cast<std::uint32_t>(1.0f));
  CHECK(round_to_bf16x2(1.0f, -2.0f) == 0xC0003F80u);
  CHECK(round_to_bf16x2(1.0f + 0x1p-8f, 1.0f + 0x1.8p-7f) == 0x3F823F80u);  // ties to even
  CHECK(round_to_f16x2(1.0f, -2.0f) == 0xC0003C00u);
  CHECK(round_to_f16x2(65504, 65520) == 0x7C007BFFu);
  CHECK(round_to_f16x2(0x1p-24f, 0x1p-14f) == 0x04000001u);
  CHECK(round_to_f16x2(1.0f + 0x1p-11f, 1.0f + 0x1.8p-10f) == 0x3C023C00u);
  CHECK((round_to_f16x2(NAN, INFINITY) & 0x7FFF7C00u) == 0x7C007C00u);
}
