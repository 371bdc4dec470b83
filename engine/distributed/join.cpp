#include "engine/distributed/join.h"

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

constexpr const char* several = "several";

std::optional<Launch> launch() {
  if (const auto size = environment("OMPI_COMM_WORLD_SIZE"))
    return Launch{"openmpi", "Open MPI's mpirun", *size};
  if (environment("PMIX_RANK"))
    return Launch{"openmpi", "a launcher that speaks PMIx",
                  environment("SLURM_STEP_NUM_TASKS").value_or(several)};
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
  if (world->alone() && launch.processes != "1" && launch.processes != several)
    throw Error("started by ", launch.launcher, " as one of ", launch.processes,
                " processes, but the ", launch.library,
                " here finds itself alone; is it of the same installation?");
  return world;
}

}  // namespace

void join_world() {
  if (const auto started = launch()) joined() = load(*started);
  set_world(joined().get());
}

Transfers* gpu_transfers() {
  // Not taken down: at the program's end the driver may be gone first.
  static Transfers* const transfers = []() -> Transfers* {
    JoinNccl* join = nullptr;
    if (has_nccl() && !world().alone()) try {
        join = function_of<JoinNccl>("libtutti-nccl.so", join_nccl_name);
      } catch (const Error& problem) {
        std::cerr << "tutti: note: gradients travel through the host: " << problem.what() << '\n';
      }
    if (world().any(join ? 0 : 1)) return nullptr;  // all of them, or none
    return join(world());
  }();
  return transfers;
}

void leave_world() {
  set_world(nullptr);
  joined().reset();
}

std::vector<std::string> mpi_libraries() {
  std::istringstream names(TUTTI_MPI_LIBRARIES);
  std::vector<std::string> all;
  for (std::string name; names >> name;) all.push_back(name);
  return all;
}

bool has_nccl() { return TUTTI_NCCL; }

}  // namespace tutti
