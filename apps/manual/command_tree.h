#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace tutti {

/// A command, and its name from the program's on: "tutti train ensemble".
struct Command {
  std::string name;
  CLI::App* app;
};

/// The program and all commands below it, each before its own.
std::vector<Command> all_commands(CLI::App& program);

std::vector<CLI::App*> subcommands(const Command& command);

/// What begins with a dash; the others are positional.
std::vector<const CLI::Option*> options(const Command& command);
std::vector<const CLI::Option*> positionals(const Command& command);

std::vector<std::string> names_of(const std::vector<CLI::App*>& commands);
/// "--members", or "-h" and "--help".
std::vector<std::string> names_of(const CLI::Option& option);

/// The words that an option takes, where it takes no others: what its type says in braces. Capitals
/// are for a value to fill in, so of "groups:CSV" the word is "groups:".
std::vector<std::string> words_of(const CLI::Option& option);

/// Whether an option takes a value.
bool has_value(const CLI::Option& option);

std::string joined(const std::vector<std::string>& words, const std::string& between);
/// Every `from` in a text replaced.
std::string replaced(std::string text, const std::string& from, const std::string& to);

}  // namespace tutti
