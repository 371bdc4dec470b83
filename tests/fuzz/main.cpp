// Changes good files at random and reads them, for a while:
//   build/sanitize/fuzz TARGET SECONDS [FILE…]     more files to begin with
//   build/sanitize/fuzz TARGET --seeds FOLDER      writes the good files, for scripts/fuzz
// The file that ends the program is left in fuzz-TARGET-found.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <new>
#include <random>
#ifdef TUTTI_SANITIZED
#include <sanitizer/common_interface_defs.h>
#endif

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "tests/fuzz/targets.h"

using namespace tutti;
using tutti::fuzz::Target;

namespace {

using Random = std::mt19937_64;

constexpr unsigned longest_seconds = 20;  // for one file
constexpr std::size_t longest_file = 1 << 18;

// The file that is read, and where it is left if that goes wrong: perhaps after the end of main().
std::string &current = *new std::string, &found_place = *new std::string;

void leave_file() { std::ofstream(found_place, std::ios::binary) << current; }

[[noreturn]] void fail(const std::string& what) {
  leave_file();
  std::cerr << what << "; the file is in " << found_place << '\n';
  std::_Exit(1);
}

std::size_t below(Random& random, std::size_t n) { return n ? random() % n : 0; }

void change(std::string& file, Random& random, const std::vector<std::string>& seeds) {
  const std::size_t at = below(random, file.size()), left = file.size() - at;
  const std::size_t count = 1 + below(random, std::min<std::size_t>(left, 1 << (random() % 9)));
  const std::string odd[] = {std::string("\0\0\0\0", 4),
                             "\xff\xff\xff\xff",
                             "\x7f\xff\xff\xff",
                             std::string("\x01\0\0\0", 4),
                             "\x80",
                             "-1",
                             "1e999",
                             "nan",
                             "\"",
                             ",",
                             "[[[[[[[[",
                             "9999999999"};
  switch (random() % 7) {
    case 0:
      if (!file.empty()) file[at] = static_cast<char>(file[at] ^ (1 << random() % 8));
      break;
    case 1:
      if (!file.empty()) file[at] = static_cast<char>(random());
      break;
    case 2:
      file.erase(at, count);
      break;
    case 3:
      file.insert(at, file.substr(below(random, file.size()), count));
      break;
    case 4: {
      const auto& other = seeds[below(random, seeds.size())];
      file.replace(at, std::min(left, count), other.substr(below(random, other.size()), count));
      break;
    }
    case 5: {
      const auto& value = odd[below(random, std::size(odd))];
      file.replace(at, std::min(left, random() % 2 ? value.size() : 0), value);
      break;
    }
    default:
      if (random() % 8 == 0) file.resize(at);
  }
  if (file.size() > longest_file) file.resize(longest_file);
}

void read(const Target& target) {
  ::alarm(longest_seconds);
  try {
    target.read(current);
  } catch (const Error&) {
  } catch (const std::bad_alloc&) {
  } catch (const std::exception& problem) {
    fail(std::string("an exception that is not an Error: ") + problem.what());
  }
}

int write_seeds(const Target& target, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  int number = 0;
  for (const auto& seed : target.seeds()) write_file(folder / std::to_string(number++), seed);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) {
    std::cerr << "fuzz TARGET SECONDS [FILE…], or fuzz TARGET --seeds FOLDER\n";
    return 2;
  }
  const Target& target = fuzz::target_named(words[1]);
  if (std::string(words[2]) == "--seeds" && count == 4) return write_seeds(target, words[3]);
  found_place = "fuzz-" + target.name + "-found";
  std::signal(SIGALRM, [](int) { fail("a file takes more than 20 s"); });
#ifdef TUTTI_SANITIZED
  __sanitizer_set_death_callback(leave_file);
#endif

  std::vector<std::string> seeds = target.seeds();
  for (int i = 3; i < count; ++i) seeds.push_back(read_file(words[i]));
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(std::atof(words[2]));
  Random random(1);
  std::int64_t files = 0;
  for (const auto& seed : seeds) {
    current = seed;
    read(target);
  }
  for (; std::chrono::steady_clock::now() < end; ++files) {
    current = seeds[below(random, seeds.size())];
    for (auto changes = 1 + random() % 6; changes > 0; --changes) change(current, random, seeds);
    read(target);
  }
  std::cerr << target.name << ": " << files << " files\n";
}
