#include "python/bindings/module.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <cstring>
#include <filesystem>

#include "kernels/choose_device.h"
#include "kernels/device_names.h"
#include "kernels/support/error.h"
#include "kernels/support/threads.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace tutti::python {
namespace {

/// Messages may hold names of files, which are any bytes.
nb::str text_of(const char* message) {
  return nb::steal<nb::str>(PyUnicode_DecodeUTF8(
      message, static_cast<Py_ssize_t>(std::strlen(message)), "surrogateescape"));
}

void add_error(nb::module_& module) {
  static nb::object error;
  const std::string name = nb::cast<std::string>(module.attr("__name__")) + ".Error";
  error = nb::steal(PyErr_NewExceptionWithDoc(name.c_str(),
                                              "The input or the machine is at fault. The message "
                                              "names the file, array, row or setting, and "
                                              "says what would be right.",
                                              PyExc_ValueError, nullptr));
  module.attr("Error") = error;
  nb::register_exception_translator([](const std::exception_ptr& thrown, void*) {
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& problem) {
      PyErr_SetObject(error.ptr(), text_of(problem.what()).ptr());
    } catch (const std::filesystem::filesystem_error& problem) {
      PyErr_SetObject(error.ptr(), text_of(problem.what()).ptr());
    }
  });
}

std::string device_named(const std::optional<std::string>& name_or_auto) {
  std::optional<Device> wanted;
  if (name_or_auto && *name_or_auto != "auto") wanted = from_name<Device>(*name_or_auto);
  const auto warn = [](const std::string& why) {
    if (PyErr_WarnEx(PyExc_RuntimeWarning, why.c_str(), 1) < 0) throw nb::python_error();
  };
  return name(choose_device(wanted, warn));
}

}  // namespace
}  // namespace tutti::python

NB_MODULE(_native, module) {
  using namespace tutti::python;
  module.doc() = "The C++ side of the package tutti.";
  module.attr("version") = TUTTI_VERSION;
  add_error(module);
  module.def("device_named", device_named, "device"_a = nb::none(),
             "The device that a word stands for; 'auto' or None: a GPU if there is one.");
  module.def("threads", tutti::thread_count, "Threads that compute.");
  module.def(
      "set_threads",
      [](int threads) {
        if (threads < 1 || threads > 1024)
          throw tutti::Error("threads: ", threads, " is not from 1 to 1024");
        tutti::set_thread_count(threads);
      },
      "threads"_a, "Sets how many threads compute, 1 to 1024. Results do not depend on it.");
  module.def(
      "precision", [] { return std::string(name(tutti::precision())); },
      "How a GPU multiplies matrices: 'tf32', 'bf16' or 'fp32'.");
  module.def(
      "set_precision",
      [](const std::string& word) {
        tutti::set_precision(tutti::from_name<tutti::Precision>(word));
      },
      "precision"_a,
      "Sets how a GPU multiplies matrices: 'tf32' rounds factors to 10 bits of mantissa, 'bf16' to "
      "7, 'fp32' not at "
      "all.");
  add_networks(module);
  add_ensemble(module);
  add_features(module);
  add_mel(module);
  add_songs(module);
  add_runs(module);
}
