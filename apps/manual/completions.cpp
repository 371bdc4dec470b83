#include "apps/manual/completions.h"

#include <string_view>

namespace tutti {

std::string_view tutti_bash();
std::string_view tutti_fish();
std::string_view tutti_zsh();

namespace {

/// One word in quotes; of fish, which knows two escapes within them, and of the others.
std::string fish_word(const std::string& text) {
  return '\'' + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + '\'';
}
std::string word(const std::string& text) { return '\'' + replaced(text, "'", "'\\''") + '\''; }

/// A description on one line.
std::string line(const std::string& description) { return replaced(description, "\n", " "); }

/// The names of all commands below the program, quoted.
std::string quoted_names(const std::vector<Command>& commands, const std::string& between) {
  std::vector<std::string> names;
  for (const auto& command : commands)
    if (command.app->get_parent()) names.push_back(word(command.name));
  return joined(names, between);
}

/// What stands in brackets in a specification of zsh's _arguments.
std::string zsh_text(std::string text) {
  for (const char* special : {"\\", "[", "]", ":"})
    text = replaced(text, special, std::string("\\") + special);
  return text;
}

std::string zsh_option(const CLI::Option& option) {
  std::string specifications;
  const std::string repeats = option.get_items_expected_max() > 1 ? "*" : "";
  for (const auto& name : names_of(option)) {
    std::string specification = repeats + name;
    if (has_value(option)) specification += name.starts_with("--") ? "=" : "+";
    specification += '[' + zsh_text(line(option.get_description())) + ']';
    const auto words = words_of(option);
    if (has_value(option))
      specification +=
          words.empty() ? ":value:_files" : ":value:(" + zsh_text(joined(words, " ")) + ')';
    specifications += " \\\n      " + word(specification);
  }
  return specifications;
}

}  // namespace

std::string bash_completions(const std::vector<Command>& commands) {
  std::string words, offers;
  for (const auto& command : commands) {
    std::vector<std::string> names;
    for (const CLI::Option* option : options(command))
      for (const auto& name : names_of(*option)) {
        names.push_back(name);
        if (const auto known = words_of(*option); !known.empty())
          words += "    " + word(command.name + ' ' + name) +
                   ") offered=" + word(joined(known, " ")) + " ;;\n";
      }
    offers += "    " + word(command.name) + ") options=" + word(joined(names, " ")) +
              " subcommands=" + word(joined(names_of(subcommands(command)), " ")) + " ;;\n";
  }
  std::string script(tutti_bash());
  script = replaced(script, "    @words@\n", words);
  script = replaced(script, "    @offers@\n", offers);
  return replaced(script, "@commands@", quoted_names(commands, " | "));
}

std::string fish_completions(const std::vector<Command>& commands) {
  std::string lines;
  for (const auto& command : commands) {
    const std::string start = "complete -c tutti -n " + fish_word("__tutti_at " + command.name);
    for (const CLI::App* inner : subcommands(command))
      lines += start + " -f -a " + inner->get_name() + " -d " +
               fish_word(line(inner->get_description())) + '\n';
    for (const CLI::Option* option : options(command)) {
      lines += start;
      for (const auto& name : option->get_snames()) lines += " -s " + name;
      for (const auto& name : option->get_lnames()) lines += " -l " + name;
      if (const auto words = words_of(*option); !words.empty())
        lines += " -x -a " + fish_word(joined(words, " "));
      else if (has_value(*option))
        lines += " -r";
      lines += " -d " + fish_word(line(option->get_description())) + '\n';
    }
  }
  return replaced(replaced(std::string(tutti_fish()), "@commands@", quoted_names(commands, " ")),
                  "@completions@\n", lines);
}

std::string zsh_completions(const std::vector<Command>& commands) {
  std::string cases;
  for (const auto& command : commands) {
    cases += "  (" + word(command.name) + ")\n";
    const auto inner = subcommands(command);
    for (const CLI::App* one : inner)
      cases +=
          "    subcommands+=(" + word(one->get_name() + ":" + line(one->get_description())) + ")\n";
    cases += "    _arguments";
    for (const CLI::Option* option : options(command)) cases += zsh_option(*option);
    cases += inner.empty() ? " \\\n      '*:file:_files' ;;\n"
                           : " \\\n      ':command:{_describe command subcommands}' ;;\n";
  }
  return replaced(replaced(std::string(tutti_zsh()), "@commands@", quoted_names(commands, " | ")),
                  "  @cases@\n", cases);
}

}  // namespace tutti
