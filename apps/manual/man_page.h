#pragma once
#include <string>

#include "apps/manual/command_tree.h"

namespace tutti {

/// The man page of a command, in roff.
std::string man_page(const Command& command);

}  // namespace tutti
