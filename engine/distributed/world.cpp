#include "engine/distributed/world.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

#include "engine/distributed/plugins.h"
#include "kernels/support/companion.h"
#include "kernels/support/error.h"

namespace tutti {
namespace {

/// One process, with nobody to send anything to.
class Alone : public World {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  int local_rank() const override { return 0; }
  int local_size() const override { return 1; }
  std::string host() const override { return "this machine"; }
  void send(int, const std::string&) override { throw nobody(); }
  std::string receive(int) override { throw nobody(); }
  std::pair<int, std::string> receive_any() override { throw nobody(); }
  std::string broadcast(std::string message, int) override { return message; }
  std::vector<std::string> all_gather(const std::string& message) override { return {message}; }
  void transfer(const std::vector<Outgoing>&, const std::vector<Incoming>&) override {}
  std::uint32_t any(std::uint32_t bits) override { return bits; }
  void barrier() override {}
  [[noreturn]] void abort(int status) override { std::_Exit(status); }

 private:
  static Error nobody() { return Error("one process has nobody to exchange messages with"); }
};

std::unique_ptr<World>& joined() {
  static std::unique_ptr<World> world;
  return world;
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}

/// Who started this process beside others, by what launchers set: the MPI to speak, if it is known,
/// and how many there are.
struct Launch {
  std::string library;  // empty: none was started, or without MPI
  std::string launcher, processes;
};

std::optional<Launch> launch() {
  if (const auto size = environment("OMPI_COMM_WORLD_SIZE"))
    return Launch{"openmpi", "Open MPI's mpirun", *size};
  if (environment("PMIX_RANK"))
    return Launch{"openmpi", "a launcher that speaks PMIx",
                  environment("SLURM_STEP_NUM_TASKS").value_or("several")};
  if (const auto size = environment("PMI_SIZE")) return Launch{"mpich", "MPICH's mpirun", *size};
  if (const auto size = environment("SLURM_STEP_NUM_TASKS"); size && *size != "1")
    return Launch{"", "srun", *size};
  return std::nullopt;
}

/// A function of a library that comes with the program; an Error if it does not load.
template <class Function>
Function* function_of(const std::string& file, const char* name) {
  const std::string path = companion(file).string();
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) throw Error(::dlerror());
  const auto function = reinterpret_cast<Function*>(::dlsym(library, name));
  if (!function) throw Error(path, ": is of another build of tutti");
  return function;
}

std::unique_ptr<World> load(const Launch& launch) {
  const auto libraries = mpi_libraries();
  std::string known;
  for (const auto& library : libraries) known += (known.empty() ? "" : ", ") + library;
  if (launch.library.empty())
    throw Error("srun started ", launch.processes,
                " tasks that know nothing of each other; start them with srun --mpi=pmix");
  if (std::find(libraries.begin(), libraries.end(), launch.library) == libraries.end())
    throw Error("started by ", launch.launcher, " as one of ", launch.processes,
                " processes, but this build has ",
                known.empty() ? "no MPI; build it where MPI is installed"
                              : known + " alone; use its mpirun");
  const auto join = function_of<JoinMpi>("libtutti-" + launch.library + ".so", join_mpi_name);
  std::unique_ptr<World> world(join());
  if (world->alone() && launch.processes.find_first_not_of("1") == 0 &&
      launch.processes != "several")
    throw Error("started by ", launch.launcher, " as one of ", launch.processes,
                " processes, but the ", launch.library,
                " here finds itself alone; is it of the same installation?");
  return world;
}

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

thread_local World* of_thread = nullptr;

}  // namespace

WorldOfThread::WorldOfThread(World& world) { of_thread = &world; }
WorldOfThread::~WorldOfThread() { of_thread = nullptr; }

World& world() { return of_thread ? *of_thread : joined() ? *joined() : this_process(); }

void join_world() {
  if (const auto started = launch()) joined() = load(*started);
}

Transfers* gpu_transfers() {
  static const std::unique_ptr<Transfers> joined = []() -> std::unique_ptr<Transfers> {
    JoinNccl* join = nullptr;
    if (has_nccl() && !world().alone()) try {
        join = function_of<JoinNccl>("libtutti-nccl.so", join_nccl_name);
      } catch (const Error& problem) {
        std::cerr << "tutti: note: gradients travel through the host: " << problem.what() << '\n';
      }
    if (world().any(join ? 0 : 1)) return nullptr;  // all of them, or none
    return std::unique_ptr<Transfers>(join(world()));
  }();
  return joined.get();
}

void leave_world() { joined().reset(); }

std::vector<std::string> mpi_libraries() {
  std::istringstream names(TUTTI_MPI_LIBRARIES);
  std::vector<std::string> all;
  for (std::string name; names >> name;) all.push_back(name);
  return all;
}

bool has_nccl() { return TUTTI_NCCL; }

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
