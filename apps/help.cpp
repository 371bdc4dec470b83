#include "apps/help.h"

#include <algorithm>
#include <set>
#include <sstream>

namespace tutti {
namespace {

constexpr std::size_t width = 80, beside_options = 28, beside_commands = 15;

/// A name, and the text in lines from column `left` on; its own line ends stay.
std::string beside(std::size_t left, const std::string& name, const std::string& text) {
  std::ostringstream out;
  out << name;
  auto column = static_cast<std::size_t>(
      std::ranges::count_if(name, [](char c) { return (c & 0xc0) != 0x80; }));  // of UTF-8
  const auto begin_line = [&] {
    out << '\n' << std::string(left, ' ');
    column = left;
  };
  if (column + 2 > left) begin_line();
  for (; column < left; ++column) out << ' ';
  std::istringstream lines(text);
  bool first = true;
  for (std::string line; std::getline(lines, line); first = false) {
    if (!first) begin_line();
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      if (column > left && column + 1 + word.size() > width) begin_line();
      out << (column > left ? " " : "") << word;
      column += (column > left) + word.size();
    }
  }
  out << '\n';
  return out.str();
}

std::string option_names(const std::set<CLI::Option*>& options) {
  std::string names;
  for (const auto* option : options) names += (names.empty() ? "" : ", ") + option->get_name();
  return names;
}

/// What an option takes, without the validators that CLI11 names behind it.
std::string taken(const CLI::Option& option) {
  const std::string type = option.get_type_name(), kind = type.substr(0, type.find(':'));
  if (kind == "INT" || kind == "UINT") return "N";
  if (kind == "FLOAT") return "X";
  return type.find('{') != std::string::npos ? "WORD" : kind;
}

}  // namespace

std::string HelpFormatter::make_option(const CLI::Option* option, bool positional) const {
  return beside(beside_options,
                "  " + make_option_name(option, positional) + make_option_opts(option),
                make_option_desc(option));
}

std::string HelpFormatter::make_usage(const CLI::App* command, std::string name) const {
  return CLI::Formatter::make_usage(command, std::move(name)) + '\n';
}

std::string HelpFormatter::make_positionals(const CLI::App* command) const {
  const std::string text = CLI::Formatter::make_positionals(command);
  return text.empty() ? text : text + '\n';
}

std::string HelpFormatter::make_group(std::string heading, bool positional,
                                      std::vector<const CLI::Option*> options) const {
  std::string text = CLI::Formatter::make_group(std::move(heading), positional, std::move(options));
  return text.starts_with('\n') ? text.substr(1) : text;
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  const std::string text = command->get_description();
  return beside(beside_commands, "  " + command->get_name(), text.substr(0, text.find('\n')));
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  if (option->get_items_expected_max() == 0) return "";
  if (option->get_positional()) return option->get_items_expected_max() > 1 ? "..." : "";
  return ' ' + taken(*option);
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  std::string text = option->get_description();
  std::string notes;
  const auto note = [&](const std::string& words) { notes += (notes.empty() ? "" : "; ") + words; };
  if (option->get_required() && option->nonpositional()) note("required");
  if (!option->get_default_str().empty() && option->get_items_expected_max() > 0)
    note("default: " + option->get_default_str());
  if (!option->get_needs().empty()) note("only with " + option_names(option->get_needs()));
  if (!option->get_excludes().empty()) note("not with " + option_names(option->get_excludes()));
  return notes.empty() ? text : text + " (" + notes + ")";
}

OptionGroup::OptionGroup(CLI::App& command, const std::string& heading)
    : command_(command), before_(command.option_defaults()->get_group()) {
  command.option_defaults()->group(heading);
}

OptionGroup::~OptionGroup() { command_.option_defaults()->group(before_); }

}  // namespace tutti
