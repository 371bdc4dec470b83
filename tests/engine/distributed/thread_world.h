#pragma once
#include <condition_variable>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <queue>
#include <thread>

#include "engine/distributed/world.h"
#include "kernels/support/error.h"

namespace tutti::test {

/// What the threads of a world share.
struct Mail {
  std::mutex mutex;
  std::condition_variable came;
  std::map<std::pair<int, int>, std::queue<std::string>> messages;  // from, to
};

/// A world whose processes are threads.
class ThreadWorld : public World {
 public:
  ThreadWorld(Mail& mail, int rank, int size) : mail_(mail), rank_(rank), size_(size) {}

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  int local_rank() const override { return rank_; }
  std::string host() const override { return "a thread"; }

  void send(int to, const std::string& message) override {
    const std::lock_guard lock(mail_.mutex);
    mail_.messages[{rank_, to}].push(message);
    mail_.came.notify_all();
  }
  std::string receive(int from) override {
    std::unique_lock lock(mail_.mutex);
    auto& queue = mail_.messages[{from, rank_}];
    mail_.came.wait(lock, [&] { return !queue.empty(); });
    std::string message = std::move(queue.front());
    queue.pop();
    return message;
  }
  std::pair<int, std::string> receive_any() override {
    std::unique_lock lock(mail_.mutex);
    for (;;) {
      for (int from = 0; from < size_; ++from)
        if (auto& queue = mail_.messages[{from, rank_}]; !queue.empty()) {
          std::string message = std::move(queue.front());
          queue.pop();
          return {from, std::move(message)};
        }
      mail_.came.wait(lock);
    }
  }
  std::string broadcast(std::string message, int from) override {
    return all_gather(message).at(static_cast<std::size_t>(from));
  }
  std::vector<std::string> all_gather(const std::string& message) override {
    for (int to = 0; to < size_; ++to) send(to, message);
    std::vector<std::string> all;
    for (int from = 0; from < size_; ++from) all.push_back(receive(from));
    return all;
  }
  void transfer(const std::vector<Outgoing>& out, const std::vector<Incoming>& in) override {
    for (const auto& [to, values, count] : out)
      send(to, {reinterpret_cast<const char*>(values),
                static_cast<std::size_t>(count) * sizeof(float)});
    for (const auto& [from, values, count] : in) {
      const std::string bytes = receive(from);
      if (bytes.size() != static_cast<std::size_t>(count) * sizeof(float))
        throw Error("another count of floats than what is waited for");
      std::memcpy(values, bytes.data(), bytes.size());
    }
  }
  std::uint32_t any(std::uint32_t bits) override {
    std::uint32_t all = 0;
    for (const auto& said : all_gather({reinterpret_cast<const char*>(&bits), sizeof bits})) {
      std::memcpy(&bits, said.data(), sizeof bits);
      all |= bits;
    }
    return all;
  }
  [[noreturn]] void abort(int) override { throw Error("aborted"); }

 private:
  Mail& mail_;
  int rank_, size_;
};

/// Runs body(world) on each thread of a world, which world() is there.
inline void in_world(int size, const std::function<void(World&)>& body) {
  Mail mail;
  std::vector<std::jthread> threads;
  for (int rank = 0; rank < size; ++rank)
    threads.emplace_back([&mail, &body, rank, size] {
      ThreadWorld world(mail, rank, size);
      const WorldOfThread here(world);
      body(world);
    });
}

}  // namespace tutti::test
