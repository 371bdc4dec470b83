#include "apps/manual/man_page.h"

#include <sstream>

namespace tutti {
namespace {

/// A text whose characters roff shows as they are.
std::string roff(const std::string& text) {
  std::string safe;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && c == '.') safe += "\\&";
    line_begins = c == '\n';
    switch (c) {
      case '\\':
        safe += "\\(rs";
        break;
      case '-':
        safe += "\\-";
        break;
      case '\'':
        safe += "\\(aq";
        break;
      case '`':
        safe += "\\(ga";
        break;
      case '^':
        safe += "\\(ha";
        break;
      case '~':
        safe += "\\(ti";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string page_name(const Command& command) { return replaced(command.name, " ", "-"); }

std::string section(const std::string& title, const std::string& text) {
  return text.empty() ? "" : ".SH " + title + '\n' + text;
}

std::string described(const std::string& term, const std::string& details,
                      const std::string& description) {
  return ".TP\n\\fB" + roff(term) + "\\fR" + roff(details) + '\n' + roff(description) + '\n';
}

/// Options of one group of --help, as it writes them.
std::string described(const Command& command, const std::vector<const CLI::Option*>& options,
                      const std::string& group) {
  const auto formatter = std::dynamic_pointer_cast<CLI::Formatter>(command.app->get_formatter());
  std::string text;
  for (const CLI::Option* o : options)
    if (o->get_group() == group)
      text += described(o->nonpositional() ? joined(names_of(*o), ", ") : o->get_name(true),
                        formatter->make_option_opts(o), formatter->make_option_desc(o));
  return text;
}

std::string options_of(const Command& command) {
  std::string text = described(command, positionals(command), "Options");
  for (const std::string& group : command.app->get_groups()) {
    const std::string some = described(command, options(command), group);
    if (some.empty() || group.empty()) continue;
    text += (group == "Options" ? "" : ".SS " + roff(group) + '\n') + some;
  }
  return text;
}

std::string commands_of(const Command& command) {
  std::string text;
  for (const CLI::App* inner : subcommands(command))
    text += described(inner->get_name(), "", inner->get_description());
  return text;
}

std::string usage(const Command& command) {
  const auto formatter = std::dynamic_pointer_cast<CLI::Formatter>(command.app->get_formatter());
  std::string line = formatter->make_usage(command.app, command.name);
  line.erase(0, line.find(command.name) + command.name.size());
  return "\\fB" + roff(command.name) + "\\fR" + roff(line.substr(0, line.find('\n'))) + '\n';
}

/// What stands below the options in --help: indented lines are examples, the others remarks.
struct Footer {
  std::string examples, remarks;
};

Footer footer_of(const Command& command) {
  Footer footer;
  bool paragraph_begins = true;
  std::istringstream lines(command.app->get_footer());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  "))
      footer.examples += roff(line.substr(2)) + '\n';
    else if (!line.empty() && !line.ends_with(':'))  // else it leads to the examples
      footer.remarks += (paragraph_begins ? ".PP\n" : "") + roff(line) + '\n';
    paragraph_begins = line.empty();
  }
  if (!footer.examples.empty()) footer.examples = ".nf\n" + footer.examples + ".fi\n";
  return footer;
}

std::string see_also(const Command& command) {
  std::vector<std::string> pages;
  if (const CLI::App* above = command.app->get_parent()) {
    pages.push_back("tutti");
    if (above->get_parent()) pages.push_back("tutti-" + above->get_name());
  }
  for (const CLI::App* inner : subcommands(command))
    pages.push_back(page_name(command) + '-' + inner->get_name());
  for (auto& page : pages) page = "\\fB" + roff(page) + "\\fR(1)";
  return joined(pages, ",\n") + '\n';
}

}  // namespace

std::string man_page(const Command& command) {
  const std::string name = roff(page_name(command)), about = command.app->get_description();
  const Footer footer = footer_of(command);
  return ".TH " + name + " 1 \"\" \"tutti " TUTTI_VERSION "\" \"User Commands\"\n.nh\n" +
         section("NAME",
                 name + " \\- " + roff(about.substr(0, about.find_first_of(":;\n"))) + '\n') +
         section("SYNOPSIS", usage(command)) +
         section("DESCRIPTION", roff(about) + '\n' + footer.remarks) +
         section("COMMANDS", commands_of(command)) + section("OPTIONS", options_of(command)) +
         section("EXAMPLES", footer.examples) +
         section("EXIT STATUS", described("0", "", "Done.") +
                                    described("1", "",
                                              "The input or the machine is at fault; one "
                                              "line says what would be right.") +
                                    described("2", "", "The command line is wrong.") +
                                    described("130", "", "Interrupted.")) +
         section("SEE ALSO", see_also(command));
}

}  // namespace tutti
