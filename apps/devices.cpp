#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/common.h"
#include "engine/parallel.h"
#include "engine/processor.h"

namespace tutti {
namespace {

int devices(const CommonOptions& common) {
  common.prepare();
  const Processor processor = describe_processor();
  if (common.json) {
    const nlohmann::json document = {
        {"default", "cpu"},
        {"cpu",
         {{"available", true},
          {"name", processor.name},
          {"threads", thread_count()},
          {"instructions", processor.instructions},
          {"blas", processor.blas}}},
        {"reference", {{"available", true}}},
        {"cuda", {{"available", false}, {"reason", "this version has no CUDA kernels"}}}};
    std::cout << document.dump(2) << '\n';
    return done;
  }
  std::cout << "cpu        " << processor.name << ", " << thread_count()
            << " threads\n           instructions:";
  for (const auto& set : processor.instructions) std::cout << ' ' << set;
  std::cout << "\n           matrix products: " << processor.blas
            << "\nreference  naive loops, for checks\ncuda       not available: this version has "
               "no CUDA kernels\n"
               "\n--device auto takes cpu here.\n";
  return done;
}

}  // namespace

void add_devices(CLI::App& program, int& status) {
  auto* command = program.add_subcommand("devices", "What this machine offers to compute with");
  const auto common = std::make_shared<CommonOptions>();
  common->add_to(*command);
  command->callback([common, &status] { status = devices(*common); });
}

}  // namespace tutti
