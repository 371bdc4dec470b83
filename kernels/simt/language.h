#pragma once
#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "kernels/simt/machine.h"
#include "kernels/simt/shared_memory.h"

/// The words of CUDA C++ that the kernels use, for the machine. What nvcc's language cannot express
/// in C++ (launches, shared memory, matrix instructions) has its words in kernels/cuda/language.h.

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __shared__
#define __launch_bounds__(...)

// Read again at each use: another thread may have run in between.
#define threadIdx (::tutti::simt::thread_index())
#define blockIdx (::tutti::simt::block_index())
#define blockDim (::tutti::simt::block_size())
#define gridDim (::tutti::simt::grid_size())

namespace tutti::simt {

using dim3 = Dim3;
constexpr unsigned all_lanes = 0xFFFFFFFFu;
using std::max;
using std::min;

inline void __syncthreads(const Place& place = Place::current()) { block_barrier(place); }
inline void __syncwarp(unsigned mask = all_lanes, const Place& place = Place::current()) {
  warp_barrier(mask, place);
}

/// A value of up to eight bytes as a word that lanes exchange, and back.
template <class T>
std::uint64_t to_word(T value) {
  std::uint64_t word = 0;
  std::memcpy(&word, &value, sizeof value);
  return word;
}
template <class T>
T from_word(std::uint64_t word) {
  T value;
  std::memcpy(&value, &word, sizeof value);
  return value;
}

template <class T>
T shuffle_from(unsigned mask, T value, unsigned source, const char* what, const Place& place) {
  if (source < warp_size && !(mask >> source & 1))
    fail(std::string(what) + " reads lane " + std::to_string(source) +
         ", which is not in its mask");
  const std::uint64_t* words = warp_rendezvous(mask, to_word(value), what, place);
  return source < warp_size ? from_word<T>(words[source]) : value;
}
template <class T>
T __shfl_sync(unsigned mask, T value, int source, const Place& place = Place::current()) {
  return shuffle_from(mask, value, static_cast<unsigned>(source) % warp_size, "__shfl_sync", place);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int other, const Place& place = Place::current()) {
  return shuffle_from(mask, value, lane() ^ static_cast<unsigned>(other), "__shfl_xor_sync", place);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned by, const Place& place = Place::current()) {
  return shuffle_from(mask, value, lane() + by, "__shfl_down_sync", place);
}

inline unsigned __ballot_sync(unsigned mask, int vote, const Place& place = Place::current()) {
  const std::uint64_t* words = warp_rendezvous(mask, vote != 0, "__ballot_sync", place);
  unsigned ballot = 0;
  for (unsigned k = 0; k < warp_size; ++k)
    if ((mask >> k & 1) && words[k]) ballot |= 1u << k;
  return ballot;
}
inline bool __any_sync(unsigned mask, int vote, const Place& place = Place::current()) {
  return __ballot_sync(mask, vote, place) != 0;
}
inline bool __all_sync(unsigned mask, int vote, const Place& place = Place::current()) {
  return __ballot_sync(mask, vote, place) == mask;
}

/// On integers alone: sums of floats would depend on the order.
inline unsigned atomicAdd(unsigned* address, unsigned value) {
  return std::atomic_ref(*address).fetch_add(value);
}

inline void __threadfence() { std::atomic_thread_fence(std::memory_order_seq_cst); }

/// An element of shared memory: reading and writing it are seen by the machine.
template <class T>
class SharedElement {
 public:
  SharedElement(SharedArea& area, std::size_t index) : area_(area), index_(index) {}
  SharedElement(const SharedElement&) = default;
  operator T() const {
    T value;
    std::memcpy(&value, area_.read(index_), sizeof value);
    return value;
  }
  SharedElement& operator=(T value) {
    std::memcpy(area_.write(index_), &value, sizeof value);
    return *this;
  }
  SharedElement& operator=(const SharedElement& other) { return *this = static_cast<T>(other); }
  SharedElement& operator+=(T value) { return *this = static_cast<T>(*this) + value; }

 private:
  SharedArea& area_;
  std::size_t index_;
};

/// `__shared__ SharedArray<T, N> a;` in a kernel is one array for the block.
template <class T, int N>
class SharedArray {
 public:
  SharedArray(const Place& declared = Place::current())
      : area_(static_shared(N * sizeof(T), sizeof(T), declared)) {}
  SharedElement<T> operator[](int index) const { return {area_, static_cast<std::size_t>(index)}; }

 private:
  SharedArea& area_;
};

/// `DynamicShared<T> a;` is the memory whose size the launch gave.
template <class T>
class DynamicShared {
 public:
  DynamicShared(const Place& declared = Place::current())
      : area_(dynamic_shared(sizeof(T), declared)) {}
  SharedElement<T> operator[](int index) const { return {area_, static_cast<std::size_t>(index)}; }

 private:
  SharedArea& area_;
};

}  // namespace tutti::simt
