#include <algorithm>

#include "models/keras/hdf5/hdf5.h"

namespace tutti::hdf5 {

namespace {

constexpr std::size_t attribute_limit = 64'512;  // Keras' HDF5_OBJECT_HEADER_LIMIT, in bytes
constexpr std::size_t text_reference = 16;  // bytes of a variable-length string in an attribute
constexpr std::size_t growth = 1 << 20;     // bytes by which a file in memory grows

Type text_type() {
  Type type(H5Tcopy(H5T_C_S1), "cannot make a string type");
  check(H5Tset_size(type, H5T_VARIABLE), "cannot make a string type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "cannot make a string type");
  return type;
}

void write_attribute(hid_t object, const std::string& name, const Space& space,
                     const char* const* texts) {
  const std::string problem = "cannot write the attribute " + name;
  const Type type = text_type();
  const Attribute attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
                            problem);
  check(H5Awrite(attribute, type, texts), problem);
}

Space list_space(const Shape& shape) {
  const std::vector<hsize_t> lengths(shape.begin(), shape.end());
  return {H5Screate_simple(static_cast<int>(lengths.size()), lengths.data(), nullptr),
          "cannot make a data space"};
}

/// Without modification times, which would make two equal models two different files.
Properties timeless(hid_t kind) {
  Properties properties(H5Pcreate(kind), "cannot make a property list");
  check(H5Pset_obj_track_times(properties, false), "cannot leave out the times");
  return properties;
}

Properties with_parents() {
  Properties properties(H5Pcreate(H5P_LINK_CREATE), "cannot make a property list");
  check(H5Pset_create_intermediate_group(properties, 1), "cannot make groups in groups");
  return properties;
}

}  // namespace

File create_file() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // errors are thrown, not printed
  const Properties access(H5Pcreate(H5P_FILE_ACCESS), "cannot make a property list");
  check(H5Pset_fapl_core(access, growth, /*backing_store=*/false), "cannot make a file in memory");
  return {H5Fcreate("tutti", H5F_ACC_TRUNC, timeless(H5P_FILE_CREATE), access),
          "cannot make a file in memory"};
}

std::string bytes_of(const File& file) {
  check(H5Fflush(file, H5F_SCOPE_GLOBAL), "cannot finish the file");
  const auto size = check(H5Fget_file_image(file, nullptr, 0), "cannot measure the file");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  check(H5Fget_file_image(file, bytes.data(), bytes.size()), "cannot copy the file");
  return bytes;
}

Group create_group(hid_t parent, const std::string& path) {
  return {H5Gcreate2(parent, path.c_str(), with_parents(), timeless(H5P_GROUP_CREATE), H5P_DEFAULT),
          "cannot make the group " + path};
}

void write_text(hid_t object, const std::string& name, const std::string& text) {
  const char* const value = text.c_str();
  write_attribute(object, name, Space(H5Screate(H5S_SCALAR), "cannot make a data space"), &value);
}

void write_list(hid_t object, const std::string& name, const std::vector<std::string>& texts) {
  // Every part gets room for the longest text, whether it needs it or not: Keras' own measure.
  std::size_t room = text_reference;
  for (const auto& text : texts) room = std::max(room, text.size());
  const std::size_t most = std::max<std::size_t>(1, attribute_limit / room);
  const std::size_t parts = std::max<std::size_t>(1, (texts.size() + most - 1) / most);

  std::vector<const char*> values;
  values.reserve(texts.size() + 1);  // an empty list needs an address too
  for (const auto& text : texts) values.push_back(text.c_str());
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t first = texts.size() * part / parts, end = texts.size() * (part + 1) / parts;
    write_attribute(object, parts == 1 ? name : name + std::to_string(part),
                    list_space({static_cast<std::int64_t>(end - first)}), values.data() + first);
  }
}

void write_floats(hid_t group, const std::string& path, const Shape& shape,
                  const std::vector<float>& values) {
  if (shape.elements() != static_cast<std::int64_t>(values.size()))
    throw Error(path, " has ", values.size(), " values, not those of its shape ", shape);
  const std::string problem = "cannot write " + path;
  const DataSet data(H5Dcreate2(group, path.c_str(), H5T_IEEE_F32LE, list_space(shape),
                                with_parents(), timeless(H5P_DATASET_CREATE), H5P_DEFAULT),
                     problem);
  check(H5Dwrite(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), problem);
}

}  // namespace tutti::hdf5
