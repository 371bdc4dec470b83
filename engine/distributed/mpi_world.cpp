// Compiled into libtutti-openmpi.so and libtutti-mpich.so.
#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <thread>

#include "engine/distributed/plugins.h"
#include "kernels/support/error.h"

namespace tutti {
namespace {

constexpr std::size_t piece = std::size_t{1} << 30;  // MPI counts by an int
constexpr std::int64_t most_floats = std::int64_t{1} << 28;
constexpr int floats_tag = 1;  // messages have 0

/// Errors of MPI end the program: that is its usual handler.
class MpiWorld : public World {
 public:
  MpiWorld() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    MPI_Comm local;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &local);
    MPI_Comm_rank(local, &local_rank_);
    MPI_Comm_free(&local);
    char name[MPI_MAX_PROCESSOR_NAME];
    int length = 0;
    MPI_Get_processor_name(name, &length);
    host_.assign(name, static_cast<std::size_t>(length));
  }
  ~MpiWorld() override { MPI_Finalize(); }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  int local_rank() const override { return local_rank_; }
  std::string host() const override { return host_; }

  void send(int to, const std::string& message) override {
    const std::uint64_t bytes = message.size();
    MPI_Send(&bytes, 1, MPI_UINT64_T, to, 0, MPI_COMM_WORLD);
    for (std::size_t at = 0; at < bytes; at += piece)
      MPI_Send(message.data() + at, length(message, at), MPI_BYTE, to, 0, MPI_COMM_WORLD);
  }

  std::string receive(int from) override { return receive_from(from).second; }
  std::pair<int, std::string> receive_any() override { return receive_from(MPI_ANY_SOURCE); }

  std::string broadcast(std::string message, int from) override {
    std::uint64_t bytes = message.size();
    MPI_Bcast(&bytes, 1, MPI_UINT64_T, from, MPI_COMM_WORLD);
    message.resize(bytes);
    for (std::size_t at = 0; at < bytes; at += piece)
      MPI_Bcast(message.data() + at, length(message, at), MPI_BYTE, from, MPI_COMM_WORLD);
    return message;
  }

  std::vector<std::string> all_gather(const std::string& message) override {
    const auto size = static_cast<int>(message.size());
    std::vector<int> sizes(static_cast<std::size_t>(size_));
    MPI_Allgather(&size, 1, MPI_INT, sizes.data(), 1, MPI_INT, MPI_COMM_WORLD);
    const auto [bytes, places] = room_for(sizes);
    std::string all(bytes, '\0');
    MPI_Allgatherv(message.data(), size, MPI_BYTE, all.data(), sizes.data(), places.data(),
                   MPI_BYTE, MPI_COMM_WORLD);
    return parts(all, sizes);
  }

  void transfer(const std::vector<Outgoing>& out, const std::vector<Incoming>& in) override {
    std::vector<MPI_Request> requests;
    for (const auto& [from, values, count] : in)
      for (std::int64_t at = 0; at < count; at += most_floats)
        MPI_Irecv(values + at, floats(count - at), MPI_FLOAT, from, floats_tag, MPI_COMM_WORLD,
                  &requests.emplace_back());
    for (const auto& [to, values, count] : out)
      for (std::int64_t at = 0; at < count; at += most_floats)
        MPI_Isend(values + at, floats(count - at), MPI_FLOAT, to, floats_tag, MPI_COMM_WORLD,
                  &requests.emplace_back());
    MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
  }

  std::uint32_t any(std::uint32_t bits) override {
    std::uint32_t all = 0;
    MPI_Allreduce(&bits, &all, 1, MPI_UINT32_T, MPI_BOR, MPI_COMM_WORLD);
    return all;
  }

  [[noreturn]] void abort(int status) override {
    MPI_Abort(MPI_COMM_WORLD, status);
    std::_Exit(status);
  }

 private:
  static int floats(std::int64_t left) { return static_cast<int>(std::min(left, most_floats)); }
  static int length(const std::string& message, std::size_t at) {
    return static_cast<int>(std::min(piece, message.size() - at));
  }

  /// All bytes, and where each message begins among them.
  static std::pair<std::size_t, std::vector<int>> room_for(const std::vector<int>& sizes) {
    std::size_t bytes = 0;
    std::vector<int> places;
    for (const int size : sizes) {
      places.push_back(static_cast<int>(bytes));
      bytes += static_cast<std::size_t>(size);
    }
    if (bytes > std::numeric_limits<int>::max())
      throw Error("processes would tell each other ", bytes,
                  " bytes at once, and MPI counts to 2 147 483 647; train fewer members");
    return {bytes, places};
  }

  static std::vector<std::string> parts(const std::string& all, const std::vector<int>& sizes) {
    std::vector<std::string> messages;
    std::size_t at = 0;
    for (const int size : sizes) {
      messages.push_back(all.substr(at, static_cast<std::size_t>(size)));
      at += static_cast<std::size_t>(size);
    }
    return messages;
  }

  /// MPI itself would keep a core busy with looking.
  static void wait_for(int source, MPI_Status& status) {
    auto pause = std::chrono::microseconds(0);
    for (int there = 0;;) {
      MPI_Iprobe(source, 0, MPI_COMM_WORLD, &there, &status);
      if (there) return;
      std::this_thread::sleep_for(pause);
      pause = std::min(pause + std::chrono::microseconds(5), std::chrono::microseconds(1000));
    }
  }

  std::pair<int, std::string> receive_from(int source) {
    MPI_Status status;
    wait_for(source, status);
    std::uint64_t bytes = 0;
    MPI_Recv(&bytes, 1, MPI_UINT64_T, status.MPI_SOURCE, 0, MPI_COMM_WORLD, &status);
    std::string message(bytes, '\0');
    for (std::size_t at = 0; at < bytes; at += piece)
      MPI_Recv(message.data() + at, length(message, at), MPI_BYTE, status.MPI_SOURCE, 0,
               MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return {status.MPI_SOURCE, std::move(message)};
  }

  int rank_ = 0, size_ = 1, local_rank_ = 0;
  std::string host_;
};

}  // namespace
}  // namespace tutti

extern "C" __attribute__((visibility("default"))) tutti::World* tutti_join_mpi() {
  return new tutti::MpiWorld;
}
