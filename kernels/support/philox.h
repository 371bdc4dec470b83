#pragma once
#include <array>
#include <cstdint>

#ifdef __CUDACC__
#define TUTTI_HOST_DEVICE __host__ __device__
#else
#define TUTTI_HOST_DEVICE
#endif

namespace tutti::kernels {

using PhiloxBlock = std::array<std::uint32_t, 4>;

/// Philox4x32-10: four random words that depend on nothing but `key`, `call` and `index`.
/// Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011).
TUTTI_HOST_DEVICE inline PhiloxBlock philox(std::uint64_t key, std::uint64_t call,
                                            std::uint64_t index) {
  std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  std::uint32_t c0 = static_cast<std::uint32_t>(index),
                c1 = static_cast<std::uint32_t>(index >> 32);
  std::uint32_t c2 = static_cast<std::uint32_t>(call), c3 = static_cast<std::uint32_t>(call >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = 0xD2511F53ull * c0, p1 = 0xCD9E8D57ull * c2;
    c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<std::uint32_t>(p1);
    c3 = static_cast<std::uint32_t>(p0);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {c0, c1, c2, c3};
}

/// A random word as a number in [0, 1), in steps of 2^-24: exact in float and in double.
TUTTI_HOST_DEVICE inline float unit_interval(std::uint32_t word) {
  return static_cast<float>(word >> 8) * 0x1p-24f;
}

/// What dropout draws with in one step: a key and the call of it. Stored as three words, the key's
/// low and high half and the count of steps before. Call 0 belongs to the key's random stream.
struct DropoutDraw {
  std::uint64_t key, call;

  TUTTI_HOST_DEVICE DropoutDraw(const std::int32_t* words, std::uint64_t layer)
      : key(static_cast<std::uint32_t>(words[0]) |
            (std::uint64_t{static_cast<std::uint32_t>(words[1])} << 32)),
        call((std::uint64_t{static_cast<std::uint32_t>(words[2])} << 16) + layer + 1) {}
};

}  // namespace tutti::kernels
