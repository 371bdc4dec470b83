#include "engine/distributed/world.h"

#include <cstdlib>
#include <sstream>

#include "kernels/support/error.h"

namespace tutti {
namespace {

/// One process, with nobody to send anything to.
class Alone : public World {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  int local_rank() const override { return 0; }
  std::string host() const override { return "this machine"; }
  void send(int, const std::string&) override { throw nobody(); }
  std::string receive(int) override { throw nobody(); }
  std::pair<int, std::string> receive_any() override { throw nobody(); }
  std::string broadcast(std::string message, int) override { return message; }
  std::vector<std::string> all_gather(const std::string& message) override { return {message}; }
  void transfer(const std::vector<Outgoing>&, const std::vector<Incoming>&) override {}
  std::uint32_t any(std::uint32_t bits) override { return bits; }
  [[noreturn]] void abort(int status) override { std::_Exit(status); }

 private:
  static Error nobody() { return Error("one process has nobody to exchange messages with"); }
};

/// The first line in which two texts differ, of each.
std::pair<std::string, std::string> difference(const std::string& ours, const std::string& theirs) {
  std::istringstream a(ours), b(theirs);
  for (std::string x, y;;) {
    const bool more_a = static_cast<bool>(std::getline(a, x)),
               more_b = static_cast<bool>(std::getline(b, y));
    if (!more_a) x.clear();
    if (!more_b) y.clear();
    if (x != y || (!more_a && !more_b)) return {x, y};
  }
}

}  // namespace

World& this_process() {
  static Alone one;
  return one;
}

namespace {

World* joined = nullptr;
thread_local World* of_thread = nullptr;

}  // namespace

WorldOfThread::WorldOfThread(World& world) { of_thread = &world; }
WorldOfThread::~WorldOfThread() { of_thread = nullptr; }

World& world() { return of_thread ? *of_thread : joined ? *joined : this_process(); }

void set_world(World* all) { joined = all; }

void expect_same(const std::string& what, const std::string& text) {
  const std::string theirs = world().broadcast(text, 0);
  std::string problem;
  if (text != theirs) {
    const auto [here, there] = difference(text, theirs);
    problem = Error(what, " differs between the processes: on rank 0 '", there, "', on rank ",
                    world().rank(), ", which runs on ", world().host(), ", '", here, "'")
                  .what();
  }
  for (const auto& said : world().all_gather(problem))
    if (!said.empty()) throw Error(said);
}

bool any_stopped(const std::stop_token& stop) {
  return world().any(stop.stop_requested() ? 1 : 0) != 0;
}

Share share_of(std::int64_t n, int rank, int size) {
  return {n * rank / size, n * (rank + 1) / size - n * rank / size};
}

}  // namespace tutti
