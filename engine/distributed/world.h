#pragma once
#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace tutti {

/// Moves floats between processes.
class Transfers {
 public:
  virtual ~Transfers() = default;
  struct Outgoing {
    int to;
    const float* values;
    std::int64_t count;
  };
  struct Incoming {
    int from;
    float* values;
    std::int64_t count;
  };
  /// Of all: what each sends another arrives there in its order, none of it at itself. Returns when
  /// everything here has.
  virtual void transfer(const std::vector<Outgoing>& out, const std::vector<Incoming>& in) = 0;
};

/// The processes that work on one command together, rank 0 to size() - 1, each on its own machine
/// or several on one. All run the same command; rank 0, the root, writes and prints. What is said
/// to be of all must be called by all of them in the same order. Messages are bytes; losing a
/// process ends the others.
class World : public Transfers {
 public:
  virtual int rank() const = 0;
  virtual int size() const = 0;
  virtual int local_rank() const = 0;  // among those on this machine
  virtual std::string host() const = 0;
  bool root() const { return rank() == 0; }
  bool alone() const { return size() == 1; }

  virtual void send(int to, const std::string& message) = 0;
  virtual std::string receive(int from) = 0;
  /// From whom a message comes first, and the message.
  virtual std::pair<int, std::string> receive_any() = 0;

  /// Of all: the message of one of them.
  virtual std::string broadcast(std::string message, int from) = 0;
  /// Of all: every one's message, by rank.
  virtual std::vector<std::string> all_gather(const std::string& message) = 0;
  /// Of all: the bits that any of them has set.
  virtual std::uint32_t any(std::uint32_t bits) = 0;

  /// Ends all processes, without saying why.
  [[noreturn]] virtual void abort(int status) = 0;
};

/// Those that this process works with: itself alone, unless it has joined others.
World& world();
/// This process alone.
World& this_process();
/// What world() is from now on: null for this process alone.
void set_world(World* all);
/// Has world() be another one in this thread, while it lives: where threads play processes.
class WorldOfThread {
 public:
  explicit WorldOfThread(World& world);
  WorldOfThread(const WorldOfThread&) = delete;
  WorldOfThread& operator=(const WorldOfThread&) = delete;
  ~WorldOfThread();
};

/// Of all: an Error unless the text is the same everywhere, which says where it is another than the
/// root's, and the first line of it that is.
void expect_same(const std::string& what, const std::string& text);

/// Of all: whether any of them has been asked to stop.
bool any_stopped(const std::stop_token& stop);

/// How n things side by side are dealt out: each rank has `count` of them from `first` on.
struct Share {
  std::int64_t first, count;
  std::int64_t end() const { return first + count; }
  bool has(std::int64_t i) const { return i >= first && i < end(); }
};
Share share_of(std::int64_t n, int rank, int size);

}  // namespace tutti
