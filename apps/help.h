#pragma once
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace tutti {

/// --help in two columns of 80 characters: what an option is called and takes, what it does.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option(const CLI::Option* option, bool positional) const override;
  std::string make_usage(const CLI::App* command, std::string name) const override;
  std::string make_positionals(const CLI::App* command) const override;
  std::string make_group(std::string heading, bool positional,
                         std::vector<const CLI::Option*> options) const override;
  /// With the first line of what the command does.
  std::string make_subcommand(const CLI::App* command) const override;
  /// " N" for whole numbers, " X" for others, " WORD", or what the option's type says.
  std::string make_option_opts(const CLI::Option* option) const override;
  /// Ends in what holds if it is not given, and what it goes with.
  std::string make_option_desc(const CLI::Option* option) const override;
};

/// Has the options that are added to a command while it lives stand under a heading in --help.
class OptionGroup {
 public:
  OptionGroup(CLI::App& command, const std::string& heading);
  ~OptionGroup();

 private:
  CLI::App& command_;
  std::string before_;
};

}  // namespace tutti
