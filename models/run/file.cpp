#include "models/run/file.h"

#include <set>

#include "kernels/support/error.h"
#include "kernels/support/files.h"
#include "kernels/support/json_text.h"
#include "models/ensemble.h"
#include "models/pretrained.h"
#include "models/run/fields.h"

namespace tutti {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

// Written by to_json() and read by read_run_file().
namespace key {
constexpr const char *model = "model", *class_names = "classes", *data = "data",
                     *fingerprint = "fingerprint", *options = "options", *members = "members",
                     *out_of_bag = "out_of_bag_accuracy", *preprocessing = "preprocessing",
                     *state = "state", *temperature = "temperature", *checksums = "checksums";
}  // namespace key

RunFile parse(const fs::path& folder, const json& document) {
  RunFile run;
  run.folder = folder;
  const RunFields fields(document, run.path());
  run.kind = fields.word<ModelKind>(key::model);
  run.classes = fields.get<std::vector<std::string>>(key::class_names);
  if (run.classes.size() < 2) fields.fail(key::class_names, "names fewer than two classes");
  if (std::set(run.classes.begin(), run.classes.end()).size() < run.classes.size())
    fields.fail(key::class_names, "names a class twice");
  run.fingerprint = fields.object(key::data).get<std::string>(key::fingerprint);
  if (run.kind == ModelKind::ensemble || run.kind == ModelKind::melcnn) {
    const RunFields trained = fields.object(key::options);
    run.members = trained.get<std::int64_t>(key::members);
    if (*run.members < 1) trained.fail(key::members, "is not 1 or more");
    run.out_of_bag_accuracy = fields.find<double>(key::out_of_bag);
  }
  run.temperature = fields.find<double>(key::temperature).value_or(1);
  if (!(run.temperature > 0)) fields.fail(key::temperature, "is not above 0");
  run.preprocessing = fields.get<json>(key::preprocessing);
  if (!run.preprocessing.is_object()) fields.fail(key::preprocessing, "is not an object");
  run.state = fields.find_word<RunState>(key::state).value_or(RunState::finished);
  run.checksums = fields.find<Checksums>(key::checksums).value_or(Checksums());
  for (const auto& [file, checksum] : run.checksums)
    if (fs::path(file).filename() != file) fields.fail(key::checksums, "names a file elsewhere");
  return run;
}

}  // namespace

json to_json(const RunFile& run) {
  json document = {
      {key::model, name(run.kind)},
      {key::class_names, run.classes},
      {key::data, {{key::fingerprint, run.fingerprint ? json(*run.fingerprint) : json()}}},
      {key::preprocessing, run.preprocessing},
      {key::state, name(run.state)}};
  if (run.members) {
    document[key::options] = {{key::members, *run.members}};
    if (run.kind == ModelKind::ensemble)
      document[key::out_of_bag] = run.out_of_bag_accuracy ? json(*run.out_of_bag_accuracy) : json();
  }
  if (!run.checksums.empty()) document[key::checksums] = run.checksums;
  if (run.temperature != 1) document[key::temperature] = run.temperature;
  return document;
}

bool is_current(const RunFile& run) {
  if (run.text.empty()) return true;  // it was made here, or there is none
  try {
    return read_file(run.path()) == run.text;
  } catch (const Error&) {
    return false;
  }
}

RunFile read_run_file(const fs::path& place, const std::vector<std::string>& classes) {
  const fs::path folder = run_folder(place);
  if (!fs::is_directory(folder))
    throw Error(folder.string(), ": no such run; tutti train makes one with --out");
  if (!fs::exists(folder / "run.json")) {
    if (member_files(folder).empty())
      throw Error(
          folder.string(),
          ": holds no run.json, so it is not the folder of a run, and no .h5 or .keras files");
    RunFile file;
    file.folder = folder;
    file.classes = classes;
    return file;
  }
  if (!classes.empty())
    throw Error("--classes: ", folder.string(), " is a run, and run.json names its classes");
  const fs::path path = folder / "run.json";
  std::string text = read_file(path);
  RunFile file = parse(folder, parse_json(text, path.string() + ": damaged: it"));
  file.text = std::move(text);
  return file;
}

}  // namespace tutti
