#pragma once
#include <string>
#include <vector>

#include "engine/distributed/world.h"

namespace tutti {

/// Joins the processes that mpirun or srun has started beside this one. An Error if that takes an
/// MPI which this build has not.
void join_world();
/// Of all, at the end.
void leave_world();

/// What MPI libraries this build has been made with, by name.
std::vector<std::string> mpi_libraries();
/// Whether it has been made with NCCL.
bool has_nccl();

/// Of all: between the GPUs of a world by NCCL, on memory of the device; null where that is not.
Transfers* gpu_transfers();

}  // namespace tutti
