#include <vector>

#include "tests/support/catch.h"

#define TUTTI_SIMT
#include "kernels/cuda/language.h"
#include "kernels/support/error.h"

using namespace tutti;
using namespace tutti::kernels::simt;

// Small kernels, right ones and such with a fault that the machine must name.

namespace {

constexpr int threads = 64;

/// out[i] = the neighbor's number, handed over in shared memory.
template <bool with_barrier>
void neighbors(int* out) {
  __shared__ SharedArray<int, threads> values;
  const int i = static_cast<int>(threadIdx.x);
  values[i] = i;
  if (with_barrier) __syncthreads();
  out[i] = values[(i + 1) % threads];
}

void beyond_shared_memory(int* out) {
  __shared__ SharedArray<int, threads> values;
  const int i = static_cast<int>(threadIdx.x);
  values[i] = i;
  __syncthreads();
  out[i] = values[i + 1];
}

void beyond_dynamic_memory(int* out) {
  DynamicShared<int> values;
  values[static_cast<int>(threadIdx.x)] = 1;
  out[0] = 0;
}

void unwritten(int* out) {
  __shared__ SharedArray<int, threads> values;
  const int i = static_cast<int>(threadIdx.x);
  if (i != 5) values[i] = i;
  __syncthreads();
  out[i] = values[i];
}

void poisoned(float* out) {
  __shared__ SharedArray<float, threads> values;
  out[threadIdx.x] = values[static_cast<int>(threadIdx.x)];
}

void two_barriers() {
  if (threadIdx.x % 2 == 0)
    __syncthreads();
  else
    __syncthreads();
}

void some_leave() {
  if (threadIdx.x < 10) return;
  __syncthreads();
}

void leave_a_warp() {
  if (threadIdx.x == 3) return;
  __syncwarp();
}

void shuffle_from_outside(int* out) {
  const unsigned low = 0xFFFF;
  if (threadIdx.x % 32 < 16) out[threadIdx.x] = __shfl_sync(low, static_cast<int>(threadIdx.x), 20);
}

void shuffle_without_itself(int* out) {
  out[threadIdx.x] = __shfl_sync(0xFFFF, static_cast<int>(threadIdx.x), 0);
}

void two_shuffles(int* out) {
  const int mine = static_cast<int>(threadIdx.x);
  if (threadIdx.x % 2)
    out[mine] = __shfl_xor_sync(all_lanes, mine, 1);
  else
    out[mine] = __shfl_down_sync(all_lanes, mine, 1);
}

/// Every thread adds one to the same place: on a GPU all but one may be lost.
void lost_update(int* out) {
  __shared__ SharedArray<int, 1> count;
  if (threadIdx.x == 0) count[0] = 0;
  __syncthreads();
  count[0] += 1;
  __syncthreads();
  if (threadIdx.x == 0) *out = count[0];
}

/// Half of a warp waits for the block, the other half for the warp.
void deadlock() {
  if (threadIdx.x % 32 < 16)
    __syncthreads();
  else
    __syncwarp();
}

/// Lanes hand over values within their warp.
template <bool with_barrier>
void within_a_warp(int* out) {
  __shared__ SharedArray<int, threads> values;
  const int i = static_cast<int>(threadIdx.x);
  values[i] = i;
  if (with_barrier) __syncwarp();
  out[i] = values[i ^ 1];
}

/// Watched for races, in every order: the faults must show in each.
template <auto kernel, class... Arguments>
void run_watched(Arguments... arguments) {
  for (const Order order : {Order::ascending, Order::descending, Order::shuffled}) {
    set_settings({.order = order, .check_shared = true});
    launch<kernel>({{1}, {threads}, 0}, arguments...);
  }
  set_settings({});
}

template <auto kernel, class... Arguments>
std::string failure(Arguments... arguments) {
  try {
    run_watched<kernel>(arguments...);
  } catch (const Error& error) {
    set_settings({});
    return error.what();
  }
  return "nothing was found";
}

}  // namespace

TEST_CASE("The machine runs threads, blocks, barriers and shared memory") {
  std::vector<int> out(threads);
  run_watched<neighbors<true>>(out.data());
  for (int i = 0; i < threads; ++i) CHECK(out[static_cast<std::size_t>(i)] == (i + 1) % threads);
  run_watched<within_a_warp<true>>(out.data());
  for (int i = 0; i < threads; ++i) CHECK(out[static_cast<std::size_t>(i)] == (i ^ 1));
}

namespace {

void indices(int* out) {
  const int block =
      static_cast<int>(blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z));
  const int thread =
      static_cast<int>(threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z));
  ++out[block * 24 + thread];
}

void votes(unsigned* out) {
  out[0] = __ballot_sync(all_lanes, threadIdx.x % 3 == 0);
  out[1] = __any_sync(all_lanes, threadIdx.x == 7);
  out[2] = __all_sync(all_lanes, threadIdx.x < 31);
}

void shuffles(int* out) {
  const int lane = static_cast<int>(threadIdx.x);
  out[lane] = __shfl_sync(all_lanes, lane * lane, 3);
  out[32 + lane] = __shfl_xor_sync(all_lanes, lane, 5);
  out[64 + lane] = __shfl_down_sync(all_lanes, lane, 4u);
}

void count(unsigned* counter) { atomicAdd(counter, 2u); }

}  // namespace

TEST_CASE("Every thread of every block runs once") {
  std::vector<int> out(2 * 3 * 2 * 24);
  launch<indices>({{2, 3, 2}, {4, 3, 2}}, out.data());
  CHECK(out == std::vector<int>(out.size(), 1));
}

TEST_CASE("Votes, shuffles and atomics are CUDA's") {
  unsigned vote[3];
  launch<votes>({{1}, {32}}, vote);
  CHECK(vote[0] == 0x49249249u);
  CHECK(vote[1] == 1);
  CHECK(vote[2] == 0);
  std::vector<int> out(96);
  launch<shuffles>({{1}, {32}}, out.data());
  for (std::size_t lane = 0; lane < 32; ++lane) {
    CHECK(out[lane] == 9);
    CHECK(out[32 + lane] == static_cast<int>(lane ^ 5));
    CHECK(out[64 + lane] == static_cast<int>(lane < 28 ? lane + 4 : lane));
  }
  unsigned counter = 0;
  launch<count>({{10}, {100}}, &counter);
  CHECK(counter == 2000);
}

TEST_CASE("Shared memory begins full of NaN") {
  std::vector<float> out(threads);
  launch<poisoned>({{1}, {threads}}, out.data());
  CHECK(std::isnan(out[0]));
}

TEST_CASE("The machine reports a missing barrier") {
  std::vector<int> out(threads);
  CHECK_THAT(failure<neighbors<false>>(out.data()),
             Contains("neighbors") && Contains("block (0, 0, 0)") &&
                 Contains("machine_test.cpp:") &&
                 (Contains("race on element") || Contains("never written")));
  CHECK_THAT(
      failure<within_a_warp<false>>(out.data()),
      Contains("within_a_warp") && (Contains("race on element") || Contains("never written")));
}

TEST_CASE("A missing barrier gives other numbers in other orders") {
  std::vector<int> ascending(threads), descending(threads);
  launch<neighbors<false>>({{1}, {threads}}, ascending.data());
  set_settings({.order = Order::descending});
  launch<neighbors<false>>({{1}, {threads}}, descending.data());
  set_settings({});
  CHECK(ascending != descending);
}

TEST_CASE("The machine reports a read beyond shared memory") {
  std::vector<int> out(threads);
  CHECK_THAT(failure<beyond_shared_memory>(out.data()),
             Contains("element 64 of a shared array of 64") && Contains("thread (63, 0, 0)"));
  CHECK_THAT(failure<beyond_dynamic_memory>(out.data()),
             Contains("element 0 of a shared array of 0"));
}

TEST_CASE("The machine reports a read of what was never written") {
  std::vector<int> out(threads);
  CHECK_THAT(failure<unwritten>(out.data()),
             Contains("element 5") && Contains("never written") && Contains("thread (5, 0, 0)"));
}

TEST_CASE("The machine reports a divergent barrier with both places") {
  CHECK_THAT(failure<two_barriers>(),
             Contains("divergent barrier") && Contains("two_barriers") && Contains("others at"));
  CHECK_THAT(failure<some_leave>(), Contains("left"));
  CHECK_THAT(failure<leave_a_warp>(), Contains("left"));
}

TEST_CASE("The machine reports shuffles that CUDA leaves undefined") {
  std::vector<int> out(threads);
  CHECK_THAT(failure<shuffle_from_outside>(out.data()),
             Contains("reads lane 20, which is not in its mask"));
  CHECK_THAT(failure<shuffle_without_itself>(out.data()), Contains("not in its own mask"));
  CHECK_THAT(failure<two_shuffles>(out.data()), Contains("divergent warp"));
}

TEST_CASE("The machine reports a lost update") {
  int out = 0;
  CHECK_THAT(failure<lost_update>(&out), Contains("race on element 0"));
}

TEST_CASE("The machine reports a deadlock with the places where threads wait") {
  CHECK_THAT(failure<deadlock>(), Contains("deadlock") && Contains("the barrier at") &&
                                      Contains("__syncwarp at") && Contains("block (0, 0, 0)"));
}

TEST_CASE("A launch beyond CUDA's limits is an error") {
  CHECK_THROWS_WITH(launch<some_leave>({{1}, {1025}}), Contains("1025 threads"));
  CHECK_THROWS_WITH((launch<some_leave>({{1}, {32}, 1 << 20})), Contains("1048576 bytes"));
  CHECK_THROWS_WITH(launch<some_leave>({{1, 65536}, {32}}), Contains("65536 blocks"));
}
