#pragma once
#include <functional>
#include <string>

namespace tutti {

/// Runs the program, beside others if mpirun or srun has started it so: those that are not the root
/// print nothing. Returns the exit status.
int run_together(int argc, char** argv, const std::function<int()>& run);

/// Says what an exception says, and returns the exit status. Beside others it ends all of them; one
/// that is not the root first lets the root come upon the same error, and then says who it is.
int fail(const std::string& reason);

}  // namespace tutti
