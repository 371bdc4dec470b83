#include "apps/manual/command_tree.h"

#include <cctype>
#include <sstream>

namespace tutti {
namespace {

void walk(const Command& command, std::vector<Command>& all) {
  all.push_back(command);
  for (CLI::App* inner : subcommands(command))
    walk({command.name + ' ' + inner->get_name(), inner}, all);
}

}  // namespace

std::vector<Command> all_commands(CLI::App& program) {
  std::vector<Command> all;
  walk({"tutti", &program}, all);
  return all;
}

std::vector<CLI::App*> subcommands(const Command& command) {
  return command.app->get_subcommands([](const CLI::App*) { return true; });
}

std::vector<const CLI::Option*> options(const Command& command) {
  const CLI::App& app = *command.app;
  return app.get_options([](const CLI::Option* o) { return o->nonpositional(); });
}

std::vector<const CLI::Option*> positionals(const Command& command) {
  const CLI::App& app = *command.app;
  return app.get_options([](const CLI::Option* o) { return o->get_positional(); });
}

std::vector<std::string> names_of(const std::vector<CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const auto& name : option.get_snames()) names.push_back('-' + name);
  for (const auto& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

std::vector<std::string> words_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find('{'), end = type.find('}');
  std::vector<std::string> words;
  if (begin == std::string::npos || end == std::string::npos) return words;
  std::istringstream list(type.substr(begin + 1, end - begin - 1));
  for (std::string word; std::getline(list, word, ',');)
    words.push_back(word.substr(0, word.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ")));
  return words;
}

bool has_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace tutti
