#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

/// A machine that runs CUDA kernels without a GPU. Every CUDA thread is a fiber; a block runs on
/// one thread of the host until all its fibers have ended, and blocks share the host's threads.
/// Barriers, shuffles and matrix instructions are rendezvous of fibers. What a GPU would leave
/// undefined is an Error here that names the kernel, the block, the threads and the places in the
/// source.
///
/// It cannot show missing memory fences, races on global memory or how fast a kernel is.
namespace tutti::simt {

struct Dim3 {
  unsigned x = 1, y = 1, z = 1;
  std::int64_t count() const { return std::int64_t{x} * y * z; }
};

/// How blocks and threads take turns. A kernel must give the same bits in every order: one fixed
/// order hides missing barriers.
enum class Order { ascending, descending, shuffled };

struct Settings {
  Order order = Order::ascending;
  std::uint64_t seed = 1;     // of a shuffled order
  bool check_shared = false;  // find races on shared memory and reads of what was never written
};
void set_settings(const Settings& settings);  // of launches to come

/// Of a block, static and dynamic, as on sm_90.
constexpr std::size_t most_shared_bytes = 227 << 10;

struct Launch {
  std::string kernel;
  Dim3 grid, block;
  std::size_t dynamic_shared_bytes = 0;
};

/// Runs `thread` once for every thread of the grid. Throws what a block threw, or the Error.
void run(const Launch& launch, const std::function<void()>& thread);

using Launches = std::vector<std::pair<Launch, std::function<void()>>>;

/// While one lives, what this thread of the host calls run() with is kept in it instead.
class Recorder {
 public:
  Recorder();
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  Launches launches;
};
bool recording();  // whether one lives in this thread

/// Runs what was recorded, as one graph.
void replay(const Launches& recorded);

/// What the host has asked of the machine since the process began, as it would of a GPU.
struct Counts {
  std::int64_t launches = 0;  // of kernels, one by one
  std::int64_t graphs = 0;    // launched as a whole,
  std::int64_t kernels = 0;   // and what was in them
  std::int64_t waits = 0;     // of the host until the device is done: at every copy
  std::int64_t bytes = 0;     // copied to the device or from it
  std::int64_t held = 0;      // bytes of memory, now
  std::int64_t releases = 0;  // of memory while launches were recorded, which no GPU may do
};
Counts counts();
void count_copy(std::size_t bytes);
void count_memory(std::int64_t bytes);  // taken; given back if negative

using Place = std::source_location;

// What the code of a kernel asks of the machine.

const Dim3& thread_index();
const Dim3& block_index();
const Dim3& block_size();
const Dim3& grid_size();

/// All threads of the block meet.
void block_barrier(const Place& place);

constexpr unsigned warp_size = 32;
unsigned lane();

/// Lanes of a warp meet: each leaves a word, and goes on when all lanes of `mask` have come; the
/// last one calls `all_here` before. Returns the words by lane, valid until the fiber waits again.
const std::uint64_t* warp_rendezvous(
    unsigned mask, std::uint64_t word, const char* what, const Place& place,
    const std::function<void(const std::uint64_t*)>& all_here = {});

/// Lanes of a warp meet, and what they wrote before is seen by all of them after.
void warp_barrier(unsigned mask, const Place& place);

/// What went wrong in the thread that runs now, as an Error that names it.
[[noreturn]] void fail(const std::string& what);

}  // namespace tutti::simt
