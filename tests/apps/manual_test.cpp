// Man pages and completions, as they are built, name what --help does.
#include <regex>
#include <sstream>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/program.h"

using tutti::test::run_tutti;
using tutti::test::TemporaryFolder;
using tutti::test::text_of;
using tutti::test::word;

namespace {

namespace fs = std::filesystem;

const fs::path share = TUTTI_SHARE;
const fs::path bash_file = share / "bash-completion/completions/tutti";
const fs::path fish_file = share / "fish/vendor_completions.d/tutti.fish";
const fs::path zsh_file = share / "zsh/site-functions/_tutti";

/// What a command's --help lists.
struct Help {
  std::vector<std::string> commands, options;
};

Help help_of(const std::string& command) {
  const std::regex option("  (-[^ {]+).*"), inner("  ([a-z]+)\\b.*");
  Help help;
  std::istringstream lines(run_tutti(command + " --help").out);
  bool lists_commands = false;
  std::smatch found;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.ends_with(':')) lists_commands = line.ends_with("ommands:");
    if (lists_commands && std::regex_match(line, found, inner)) help.commands.push_back(found[1]);
    if (!std::regex_match(line, found, option)) continue;
    std::istringstream names(found[1]);
    for (std::string name; std::getline(names, name, ',');) help.options.push_back(name);
  }
  return help;
}

/// Calls `check` with the program, "", and every command, such as " train ensemble".
template <class Check>
void for_all_commands(const Check& check, const std::string& command = "") {
  const Help help = help_of(command);
  check(command, help);
  for (const auto& inner : help.commands) for_all_commands(check, command + ' ' + inner);
}

std::string output_of(const std::string& shell_command) {
  const TemporaryFolder folder;
  const std::string redirected = shell_command + " >" + word(folder / "out");
  CHECK(std::system(redirected.c_str()) == 0);
  return text_of(folder / "out");
}

/// What bash offers in place of the last of a line's words, between spaces.
std::string bash_offers(const std::string& words) {
  const std::string script = "source \"$0\"; COMP_WORDS=(" + words +
                             "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _tutti; "
                             "echo \" ${COMPREPLY[*]} \"";
  return output_of("bash -c " + word(script) + ' ' + word(bash_file));
}

bool is_there(const std::string& shell) {
  if (std::system(("command -v " + shell + " >/dev/null").c_str()) == 0) return true;
  std::cout << "SKIPPED: " << shell << " is not installed\n";
  return false;
}

std::string replaced(const std::string& text, const char* from, const char* to) {
  return std::regex_replace(text, std::regex(from), to);
}

}  // namespace

TEST_CASE("The version is told with the commit, where it is known") {
  CHECK(std::regex_match(run_tutti("--version").out,
                         std::regex("tutti [0-9]+\\.[0-9]+\\.[0-9]+( \\([0-9a-f]{7,}\\))?\n")));
}

TEST_CASE("Man pages and completions name every command and option") {
  const std::string fish = text_of(fish_file), zsh = text_of(zsh_file);
  int pages = 0;
  for_all_commands([&](const std::string& command, const Help& help) {
    CAPTURE(command);
    const fs::path page = share / "man/man1" / ("tutti" + replaced(command, " ", "-") + ".1");
    const std::string man = text_of(page), inner = bash_offers("tutti" + command + " ''"),
                      options = bash_offers("tutti" + command + " -");
    ++pages;
    CHECK(help.options.size() >= 2);
    for (const auto& option : help.options) {
      CHECK_THAT(man, Contains("\\fB" + replaced(option, "-", "\\-")) ||
                          Contains(", " + replaced(option, "-", "\\-") + "\\fR"));
      CHECK_THAT(options, Contains(' ' + option + ' '));
      CHECK_THAT(fish, Contains("tutti" + command + '\'') &&
                           Contains(replaced(option, "^--?", option[1] == '-' ? " -l " : " -s ")));
      CHECK_THAT(zsh, Contains("('tutti" + command + "')") &&
                          (Contains('\'' + option) || Contains("'*" + option)));
    }
    for (const auto& one : help.commands) {
      CHECK_THAT(man, Contains("\\fB" + one + "\\fR"));
      CHECK_THAT(inner, Contains(' ' + one + ' '));
    }
  });
  CHECK(pages == std::distance(fs::directory_iterator(share / "man/man1"), {}));
  CHECK(pages > 20);
}

TEST_CASE("bash completes commands, options and words, and leaves files to itself") {
  for (const auto& [words, offered] : std::vector<std::pair<std::string, std::string>>{
           {"tutti tra", " train "},
           {"tutti train ensemble --me", " --members "},
           {"tutti train ensemble --device c", " cpu cuda "},
           {"tutti train ensemble --device = ref", " reference "},
           {"tutti train ensemble --split st", " stratified "},
           {"tutti train ensemble --data x", "  "},
           {"tutti genre ''", "  "},
           {"tutti genre train --to", " --top "}}) {
    CAPTURE(words);
    CHECK(bash_offers(words) == offered + '\n');
  }
}

TEST_CASE("fish completes commands, options and words") {
  if (!is_there("fish")) return;
  const auto offers = [](const std::string& line) {
    return output_of("fish --no-config -c " + word("source $argv[1]; complete -C '" + line + "'") +
                     ' ' + word(fish_file));
  };
  CHECK_THAT(offers("tutti tra"), StartsWith("train\t"));
  CHECK_THAT(offers("tutti train ensemble --me"), StartsWith("--members\t"));
  CHECK_THAT(offers("tutti train ensemble --device r"), StartsWith("reference\t"));
}

TEST_CASE("zsh reads its completions") {
  if (!is_there("zsh")) return;
  CHECK(output_of("zsh -n " + word(zsh_file)).empty());
}
