#pragma once
#include "engine/distributed/world.h"

namespace tutti {

/// What a libtutti-*.so offers, one for each MPI: their libraries are not compatible with each
/// other, so that the one is loaded whose launcher started the program. Null if MPI does not start.
using JoinMpi = World*();
inline constexpr const char* join_mpi_name = "tutti_join_mpi";

/// The same of libtutti-nccl.so, of all. Null if NCCL does not start.
using JoinNccl = Transfers*(World& world);
inline constexpr const char* join_nccl_name = "tutti_join_nccl";

}  // namespace tutti
