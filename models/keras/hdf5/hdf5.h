#pragma once
#include <hdf5.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/tensor.h"

/// The little of the HDF5 library that Keras' files need, with errors as tutti::Error.
namespace tutti::hdf5 {

/// `result`, or an Error of `what` and the library's reason if the library says that it failed.
std::int64_t check(std::int64_t result, const std::string& what);

/// An identifier of the library that closes itself.
template <herr_t (*close)(hid_t)>
class Handle {
 public:
  Handle(hid_t id, const std::string& what) : id_(check(id, what)) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&&) = delete;
  ~Handle() {
    if (id_ >= 0) close(id_);
  }
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
};

using File = Handle<H5Fclose>;
using Group = Handle<H5Gclose>;
using DataSet = Handle<H5Dclose>;
using Attribute = Handle<H5Aclose>;
using Type = Handle<H5Tclose>;
using Space = Handle<H5Sclose>;
using Properties = Handle<H5Pclose>;

/// A new file in memory, and its bytes: putting them on a disk that may be full is write_file()'s
/// craft, not the library's. Equal calls give equal bytes.
File create_file();
std::string bytes_of(const File& file);

Group create_group(hid_t parent, const std::string& path);
void write_text(hid_t object, const std::string& name, const std::string& text);
/// Split into name0, name1, ... where one attribute cannot hold the list, as Keras does.
void write_list(hid_t object, const std::string& name, const std::vector<std::string>& texts);
void write_floats(hid_t group, const std::string& path, const Shape& shape,
                  const std::vector<float>& values);

/// Opens the bytes of a file, which have to outlive it, to read them where they are. Files are not
/// trusted: see hdf5_reader.cpp for what is refused.
File open_bytes(std::string_view bytes);
/// Whether `parent` has a member of this path, a group or a data set.
bool has_member(hid_t parent, const std::string& path);
Group open_group(hid_t parent, const std::string& path);
bool has_attribute(hid_t object, const std::string& name);
/// Nothing if `object` has no such attribute.
std::optional<std::string> read_text(hid_t object, const std::string& name);
/// A list, whole or split into name0, name1, ...
std::vector<std::string> read_list(hid_t object, const std::string& name);

struct Array {
  Shape shape;
  std::vector<float> values;
};
/// Numbers of any float type, or one integer. `budget` is how many bytes of the file are yet to be
/// read: the stored bytes are taken from it, so that a file cannot show the same bytes again and
/// again.
Array read_floats(hid_t group, const std::string& path, std::uint64_t& budget);

}  // namespace tutti::hdf5
