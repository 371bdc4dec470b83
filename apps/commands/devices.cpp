#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/common.h"
#include "engine/distributed/join.h"
#include "engine/distributed/world.h"
#include "kernels/gpu_description.h"
#include "kernels/support/processor.h"
#include "kernels/support/threads.h"
#include "search/storage/database.h"

namespace tutti {
namespace {

nlohmann::json to_json(const GpuDescription& gpu) {
  nlohmann::json document = {{"available", gpu.available}};
  if (!gpu.available) document["reason"] = gpu.reason;
  if (!gpu.runtime.empty()) document["runtime"] = gpu.runtime;
  if (!gpu.driver.empty()) document["driver"] = gpu.driver;
  if (gpu.available) {
    document["name"] = gpu.name;
    document["compute_capability"] = gpu.compute_capability;
    document["multiprocessors"] = gpu.multiprocessors;
    document["memory"] = gpu.memory;
  }
  return document;
}

void print(const GpuDescription& gpu) {
  std::cout << "cuda       ";
  if (!gpu.available)
    std::cout << "not available: " << gpu.reason;
  else
    std::cout << gpu.name << ", compute capability " << gpu.compute_capability << ", "
              << gpu.multiprocessors << " multiprocessors, " << (gpu.memory >> 20) << " MiB";
  if (!gpu.runtime.empty()) std::cout << "\n           built with CUDA " << gpu.runtime;
  if (!gpu.driver.empty()) std::cout << ", driver for CUDA " << gpu.driver;
  std::cout << '\n';
}

void print_mpi() {
  const auto libraries = mpi_libraries();
  std::cout << "mpi        ";
  if (libraries.empty()) std::cout << "not built in: no MPI was installed where this was built";
  for (std::size_t i = 0; i < libraries.size(); ++i) std::cout << (i ? ", " : "") << libraries[i];
  std::cout << (has_nccl() ? "; NCCL between GPUs" : "");
  std::cout << '\n';
}

int devices(const CommonOptions& common) {
  const Device chosen = common.prepare();
  const Processor processor = describe_processor();
  const GpuDescription& gpu = describe_gpu();
  if (common.json) {
    const nlohmann::json document = {{"default", name(chosen)},
                                     {"cpu",
                                      {{"available", true},
                                       {"name", processor.name},
                                       {"threads", thread_count()},
                                       {"instructions", processor.instructions}}},
                                     {"cuda", to_json(gpu)},
                                     {"mpi", mpi_libraries()},
                                     {"nccl", has_nccl()},
                                     {"simt", {{"available", true}}},
                                     {"reference", {{"available", true}}},
                                     {"postgresql", {{"available", has_postgresql()}}}};
    std::cout << document.dump(2) << '\n';
    return done;
  }
  std::cout << "cpu        " << processor.name << ", " << thread_count()
            << " threads\n           instructions:";
  for (const auto& set : processor.instructions) std::cout << ' ' << set;
  std::cout << '\n';
  print(gpu);
  std::cout << "simt       the GPU's kernels on a machine in software, for checks\n"
               "reference  naive loops, for checks\n";
  print_mpi();
  std::cout << "postgresql "
            << (has_postgresql() ? "for tune --storage"
                                 : "not available: built without it; install libpq-dev")
            << "\n\n--device " << (common.device ? name(*common.device) : "auto") << " takes "
            << name(chosen) << " here.\n";
  return done;
}

}  // namespace

void add_devices(CLI::App& program, int& status) {
  auto* command =
      program.add_subcommand("devices", "Show what this machine offers to compute with");
  const auto common = std::make_shared<CommonOptions>();
  common->add_to(*command);
  command->callback([common, &status] { status = devices(*common); });
}

}  // namespace tutti
