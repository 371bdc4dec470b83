#pragma once
#include <string>
#include <vector>

#include "apps/manual/command_tree.h"

namespace tutti {

/// The completions of all commands: subcommands, options, their words, and otherwise file names.
std::string bash_completions(const std::vector<Command>& commands);
std::string fish_completions(const std::vector<Command>& commands);
std::string zsh_completions(const std::vector<Command>& commands);

}  // namespace tutti
