#pragma once
#include <cstdint>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace tutti {

/// The processes that work on one command together, rank 0 to size() - 1, each on its own machine
/// or several on one. All run the same command; rank 0, the root, writes and prints. What is said
/// to be of all must be called by all of them in the same order. Messages are bytes; losing a
/// process ends the others.
class World {
 public:
  virtual ~World() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  virtual int local_rank() const = 0;  // among those on this machine
  virtual int local_size() const = 0;
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
  /// Of all: to each its message, by rank, and those that each has for this one.
  virtual std::vector<std::string> exchange(const std::vector<std::string>& messages) = 0;
  /// Of all: the bits that any of them has set.
  virtual std::uint32_t any(std::uint32_t bits) = 0;
  /// Of all: returns when all have called it.
  virtual void barrier() = 0;

  /// Ends all processes, without saying why.
  [[noreturn]] virtual void abort(int status) = 0;
};

/// Those that this process works with: itself alone, unless it has joined others.
World& world();
/// This process alone.
World& this_process();

/// Joins the processes that mpirun or srun has started beside this one. An Error if that takes an
/// MPI which this build has not.
void join_world();
/// Of all, at the end.
void leave_world();

/// What MPI libraries this build has been made with, by name.
std::vector<std::string> mpi_libraries();

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
