#pragma once
#include <functional>

namespace tutti {

/// Runs the program, beside others if mpirun or srun has started it so: those that are not the root
/// print nothing. An error that is not the root's too is printed by whom it happened to, with rank
/// and host, and ends all of them. Returns the exit status.
int run_together(int argc, char** argv, const std::function<int()>& run);

}  // namespace tutti
