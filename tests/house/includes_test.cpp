// The house: which folder may include which, read from the #include lines themselves.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "kernels/support/files.h"
#include "tests/support/catch.h"

namespace {

namespace fs = std::filesystem;

struct Include {
  std::string file, header;
  bool system;  // in angle brackets
};

/// A folder, and those that it may include besides itself. "engine" stands for all below it.
const std::map<std::string, std::set<std::string>> arrows = {
    {"kernels/support", {}},
    {"kernels", {"kernels/support"}},
    {"engine", {"kernels", "kernels/support"}},
    {"datasets", {"engine", "kernels", "kernels/support"}},
    {"models", {"datasets", "engine", "kernels", "kernels/support"}},
    {"search", {"kernels/support"}},
    {"reports", {"engine", "search", "kernels", "kernels/support"}},
    {"apps", {"reports", "models", "search", "datasets", "engine", "kernels", "kernels/support"}},
    {"python", {"models", "datasets", "engine", "kernels", "kernels/support"}},
};

/// Headers of a library, by how they begin, and the folders that alone may include them.
const std::map<std::string, std::vector<std::string>> confined = {
    {"cuda", {"kernels/cuda", "kernels/vendor", "kernels/simt"}},
    {"cudnn", {"kernels/vendor"}},
    {"cublas", {"kernels/vendor"}},
    {"mpi.h", {"engine/distributed"}},
    {"hdf5", {"models/keras"}},
    {"zip.h", {"models/keras"}},
    {"zlib.h", {"models/run", "datasets/decoding"}},
    {"sqlite3", {"search"}},
    {"libpq", {"search"}},
    {"cairo", {"reports"}},
    {"pango", {"reports"}},
    {"sndfile", {"datasets/audio", "datasets/decoding"}},
    {"soxr", {"datasets/audio"}},
    {"taglib/", {"datasets"}},
    {"CLI/", {"apps"}},
    {"httplib", {"apps/serve"}},
    {"nanobind/", {"python"}},
};

bool within(const std::string& file, const std::string& folder) {
  return file.starts_with(folder + "/");
}

/// The name in `arrows` of the folder that a file is in; empty if it is in none of them.
std::string folder_of(const std::string& file) {
  if (within(file, "kernels/support")) return "kernels/support";
  const std::string top = file.substr(0, file.find('/'));
  return arrows.contains(top) ? top : "";
}

std::vector<Include> includes() {
  const fs::path root = TUTTI_SOURCE_DIR;
  std::vector<Include> all;
  for (const auto& [folder, _] : arrows) {
    if (folder == "kernels/support") continue;  // below kernels
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cpp" && extension != ".cu") continue;
      const std::string file = fs::relative(entry.path(), root).generic_string();
      std::ifstream text(entry.path());
      for (std::string line; std::getline(text, line);) {
        if (!line.starts_with("#include ")) continue;
        const bool system = line[9] == '<';
        const auto end = line.find(system ? '>' : '"', 10);
        all.push_back({file, line.substr(10, end - 10), system});
      }
    }
  }
  return all;
}

}  // namespace

TEST_CASE("includes point one way") {
  std::ostringstream wrong;
  const auto all = includes();
  REQUIRE(all.size() > 500);
  for (const auto& [file, header, system] : all) {
    if (system) continue;
    const std::string from = folder_of(file), to = folder_of(header);
    if (to.empty() || !fs::exists(fs::path(TUTTI_SOURCE_DIR) / header))
      wrong << file << ": " << header << " is not a header of the house\n";
    else if (from != to && !arrows.at(from).contains(to))
      wrong << file << ": " << from << " must not include " << header << '\n';
  }
  CHECK(wrong.str() == "");
}

TEST_CASE("no header includes itself through others") {
  std::map<std::string, std::vector<std::string>> graph;
  for (const auto& [file, header, system] : includes())
    if (!system && file.ends_with(".h")) graph[file].push_back(header);
  std::set<std::string> done, open;
  std::string circles;
  const std::function<void(const std::string&)> visit = [&](const std::string& file) {
    if (done.contains(file)) return;
    if (!open.insert(file).second) {
      circles += file + '\n';
      return;
    }
    for (const auto& header : graph[file]) visit(header);
    open.erase(file);
    done.insert(file);
  };
  std::vector<std::string> files;
  for (const auto& [file, headers] : graph) files.push_back(file);
  for (const auto& file : files) visit(file);
  CHECK(circles == "");
}

TEST_CASE("tutti.h reaches every layer") {
  const fs::path root = TUTTI_SOURCE_DIR;
  std::set<std::string> reached;
  const std::function<void(const std::string&)> visit = [&](const std::string& file) {
    if (!reached.insert(file).second) return;
    std::ifstream text(root / file);
    for (std::string line; std::getline(text, line);)
      if (line.starts_with("#include \"")) visit(line.substr(10, line.find('"', 10) - 10));
  };
  visit("tutti.h");
  std::string missing;
  for (const auto& entry : fs::recursive_directory_iterator(root / "engine/layers")) {
    const std::string file = fs::relative(entry.path(), root).generic_string();
    if (file.ends_with(".h") && !reached.contains(file)) missing += file + '\n';
  }
  CHECK(missing == "");
}

TEST_CASE("a library is known to its own folder alone") {
  std::ostringstream wrong;
  for (const auto& [file, header, system] : includes()) {
    if (!system) continue;
    for (const auto& [start, folders] : confined) {
      const auto home = [&file = file](const std::string& folder) { return within(file, folder); };
      if (header.starts_with(start) && std::none_of(folders.begin(), folders.end(), home))
        wrong << file << ": must not include <" << header << ">\n";
    }
  }
  CHECK(wrong.str() == "");
}

TEST_CASE("JSON is read in one way") {
  const fs::path root = TUTTI_SOURCE_DIR;
  std::string wrong;
  for (const auto& [file, _, system] : includes()) {
    if (file == "kernels/support/json_text.h" || wrong.ends_with(file + '\n')) continue;
    std::ifstream source(root / file);
    const std::string text{std::istreambuf_iterator<char>(source), {}};
    if (text.find("json::parse(") != std::string::npos) wrong += file + '\n';
  }
  CHECK(wrong == "");
}

TEST_CASE("Catch2 is known to tests/support/catch.h alone") {  // its versions 2 and 3 differ
  const fs::path root = TUTTI_SOURCE_DIR;
  std::string wrong;
  for (const auto& entry : fs::recursive_directory_iterator(root / "tests")) {
    const auto extension = entry.path().extension();
    const std::string file = fs::relative(entry.path(), root).generic_string();
    if ((extension != ".h" && extension != ".cpp") || file == "tests/support/catch.h") continue;
    std::ifstream text(entry.path());
    for (std::string line; std::getline(text, line);)
      if (line.starts_with("#include <catch2/") || line.starts_with("using Catch::"))
        wrong += file + ": " + line + '\n';
  }
  CHECK(wrong == "");
}

TEST_CASE("names of tests are found by ctest") {  // CMake takes these signs for parts of a list
  const fs::path root = TUTTI_SOURCE_DIR;
  std::string wrong;
  for (const auto& entry : fs::recursive_directory_iterator(root / "tests")) {
    if (entry.path().extension() != ".cpp") continue;
    std::ifstream text(entry.path());
    const std::string start = "TEST_CASE(\"";
    for (std::string line; std::getline(text, line);)
      if (line.starts_with(start) &&
          line.substr(0, line.find('"', start.size())).find_first_of("[];\\") != line.npos)
        wrong += line + '\n';
  }
  CHECK(wrong == "");
}

TEST_CASE("tests that take long are in folders that CMake looks for them in") {
  const fs::path tests = fs::path(TUTTI_SOURCE_DIR) / "tests";
  const std::set<std::string> known = {"simt", "models", "apps"};
  for (const auto& entry : fs::recursive_directory_iterator(tests)) {
    const std::string folder = fs::relative(entry.path(), tests).begin()->string();
    if (entry.path().extension() != ".cpp" || folder == "house" || known.contains(folder)) continue;
    CAPTURE(entry.path());
    CHECK(tutti::read_file(entry.path()).find("[long]") == std::string::npos);
  }
}

TEST_CASE("no folder is a drawer") {
  const fs::path root = TUTTI_SOURCE_DIR;
  std::map<std::string, int> files;
  for (const char* top : {"engine", "models", "reports", "search", "datasets", "apps", "python"})
    for (const auto& entry : fs::recursive_directory_iterator(root / top))
      if (entry.is_regular_file())
        ++files[fs::relative(entry.path().parent_path(), root).generic_string()];
  for (const auto& [folder, count] : files) {
    CAPTURE(folder, count);
    CHECK(count <= 32);  // about 16 rooms of a header and a source
  }
}

TEST_CASE("a header has its source beside it") {
  const fs::path root = TUTTI_SOURCE_DIR;
  std::ostringstream wrong;
  for (const auto& [folder, _] : arrows)
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() != ".cpp") continue;
      std::ifstream text(entry.path());
      std::string line;  // the first include of a source with a header is that header
      while (std::getline(text, line) && !line.starts_with("#include \"")) {
      }
      const std::string stem = entry.path().stem().string();
      if (line.starts_with("#include \"" + folder + '/') &&
          line.find('/' + stem + ".h\"") != std::string::npos &&
          !fs::exists(fs::path(entry.path()).replace_extension(".h")))
        wrong << entry.path().string() << ": its header is in another folder\n";
    }
  CHECK(wrong.str() == "");
}
