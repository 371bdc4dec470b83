// tutti_manual SHARE: writes man pages and completions of tutti into folders as those of
// /usr/share.
#include <filesystem>
#include <iostream>

#include "apps/common.h"
#include "apps/manual/completions.h"
#include "apps/manual/man_page.h"
#include "kernels/support/files.h"

int main(int argc, char** argv) try {
  namespace fs = std::filesystem;
  if (argc != 2) throw std::runtime_error("usage: tutti_manual SHARE");
  const auto write = [share = fs::path(argv[1])](const fs::path& file, const std::string& text) {
    fs::create_directories((share / file).parent_path());
    tutti::write_file(share / file, text);
  };
  int status = 0;
  const auto program = tutti::make_program(TUTTI_VERSION, status);
  const auto commands = tutti::all_commands(*program);
  write("bash-completion/completions/tutti", tutti::bash_completions(commands));
  write("fish/vendor_completions.d/tutti.fish", tutti::fish_completions(commands));
  write("zsh/site-functions/_tutti", tutti::zsh_completions(commands));
  for (const auto& command : commands)
    write("man/man1/" + tutti::replaced(command.name, " ", "-") + ".1", tutti::man_page(command));
} catch (const std::exception& problem) {
  std::cerr << "tutti_manual: " << problem.what() << '\n';
  return 1;
}
