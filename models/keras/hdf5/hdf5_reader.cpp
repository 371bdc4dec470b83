#include <algorithm>
#include <cstring>
#include <string_view>

#include "models/keras/hdf5/hdf5.h"

// What an HDF5 file may do and a model's file has no reason to do is refused: links to other places
// and other files, bytes kept elsewhere, sizes that the file's own bytes do not bear out.
namespace tutti::hdf5 {

namespace {

constexpr std::uint64_t largest_attribute = 64 << 20;  // bytes
constexpr std::uint64_t largest_ratio = 1000;          // declared to stored bytes, as in Keras

void require_path_inside(const std::string& path) {
  for (std::size_t begin = 0, end; begin <= path.size(); begin = end + 1) {
    end = std::min(path.find('/', begin), path.size());
    const auto part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..")
      throw Error("\"", path, "\" is not a path inside its group");
  }
}

/// Refuses a path that is not there or that any link to another place or file is part of.
void require_plain_path(hid_t group, const std::string& path) {
  require_path_inside(path);
  for (std::size_t end = 0; end < path.size();) {
    end = std::min(path.find('/', end + 1), path.size());
    const auto part = path.substr(0, end);
    H5L_info_t link;
    check(H5Lget_info(group, part.c_str(), &link, H5P_DEFAULT), "it has no " + part);
    if (link.type != H5L_TYPE_HARD)
      throw Error(part, " is a soft or external link; a model's file holds the weights themselves");
  }
}

/// Refuses bytes that come from other files.
void require_own_bytes(const Properties& creation, const std::string& path) {
  if (H5Pget_layout(creation) == H5D_VIRTUAL || H5Pget_external_count(creation) != 0)
    throw Error(path, " takes its values from another file");
}

/// The product, or the largest number if it does not fit.
std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product;
  return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

std::uint64_t bytes_of(const std::vector<hsize_t>& lengths, std::uint64_t item) {
  for (const hsize_t length : lengths)
    if (length == 0) return 0;
  for (const hsize_t length : lengths) item = times(item, length);
  return item;
}

std::vector<hsize_t> lengths_of(const Space& space) {
  if (H5Sget_simple_extent_type(space) == H5S_NULL) return {0};
  const auto rank = check(H5Sget_simple_extent_ndims(space), "cannot read a shape");
  std::vector<hsize_t> lengths(static_cast<std::size_t>(rank));
  check(H5Sget_simple_extent_dims(space, lengths.data(), nullptr), "cannot read a shape");
  return lengths;
}

/// The most bytes that reading a data set takes at once: its values, or a chunk of them.
std::uint64_t declared_bytes(const std::vector<hsize_t>& lengths, const Properties& creation,
                             std::uint64_t item) {
  const std::uint64_t values = bytes_of(lengths, item);
  if (H5Pget_layout(creation) != H5D_CHUNKED) return values;
  std::vector<hsize_t> chunk(lengths.size());
  check(H5Pget_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), "no chunk size");
  return std::max(values, bytes_of(chunk, item));
}

std::vector<std::string> variable_texts(const Attribute& attribute, const Type& type,
                                        const Space& space, std::size_t count) {
  std::vector<char*> values(count, nullptr);
  check(H5Aread(attribute, type, values.data()), "cannot read an attribute's text");
  std::vector<std::string> texts;
  for (const char* value : values) texts.emplace_back(value ? value : "");
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, values.data());
  return texts;
}

std::vector<std::string> fixed_texts(const Attribute& attribute, const Type& type,
                                     std::size_t count) {
  const std::size_t size = H5Tget_size(type);
  std::vector<char> bytes(count * size);
  check(H5Aread(attribute, type, bytes.data()), "cannot read an attribute's text");
  std::vector<std::string> texts;
  for (auto text = bytes.begin(); text != bytes.end(); text += static_cast<std::ptrdiff_t>(size))
    texts.emplace_back(text, std::find(text, text + static_cast<std::ptrdiff_t>(size), '\0'));
  return texts;
}

std::vector<std::string> read_attribute(hid_t object, const std::string& name) {
  const Attribute attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT),
                            "cannot open the attribute " + name);
  const Type type(H5Aget_type(attribute), "cannot read the type of the attribute " + name);
  const Space space(H5Aget_space(attribute), "cannot read the shape of the attribute " + name);
  const std::size_t size = H5Tget_size(type);
  const std::uint64_t bytes = bytes_of(lengths_of(space), size);
  if (bytes == 0) return {};  // h5py writes an empty list as numbers
  if (H5Tget_class(type) != H5T_STRING) throw Error("the attribute ", name, " is not text");
  if (bytes > largest_attribute) throw Error("the attribute ", name, " declares ", bytes, " bytes");
  return H5Tis_variable_str(type) > 0 ? variable_texts(attribute, type, space, bytes / size)
                                      : fixed_texts(attribute, type, bytes / size);
}

/// Whether the signature is at one of the places where the format allows it: 0, 512, 1024, 2048, …
bool is_hdf5(std::string_view bytes) {
  for (std::size_t place = 0; place < bytes.size(); place = place ? 2 * place : 512)
    if (bytes.substr(place).starts_with("\x89HDF\r\n\x1a\n")) return true;
  return false;
}

/// Has the library read bytes where they are: it would copy all of them, twice.
H5FD_file_image_callbacks_t in_place(void* bytes) {
  return {
      .image_malloc = [](size_t, H5FD_file_image_op_t, void* where) { return where; },
      .image_memcpy = [](void* to, const void*, size_t, H5FD_file_image_op_t, void*) { return to; },
      .image_realloc = nullptr,
      .image_free = [](void*, H5FD_file_image_op_t, void*) -> herr_t { return 0; },
      .udata_copy = [](void* where) { return where; },
      .udata_free = [](void*) -> herr_t { return 0; },
      .udata = bytes};
}

}  // namespace

bool has_attribute(hid_t object, const std::string& name) {
  return H5Aexists(object, name.c_str()) > 0;
}

std::int64_t check(std::int64_t result, const std::string& what) {
  if (result >= 0) return result;
  std::string reason;  // of the innermost function that failed
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned depth, const H5E_error2_t* error, void* text) -> herr_t {
        if (depth == 0 && error->desc) *static_cast<std::string*>(text) = error->desc;
        return 0;
      },
      &reason);
  throw Error(what, reason.empty() ? "" : " (HDF5: " + reason + ")");
}

File open_bytes(std::string_view bytes) {
  if (!is_hdf5(bytes)) throw Error("it is not an HDF5 file");
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // errors are thrown, not printed
  const Properties access(H5Pcreate(H5P_FILE_ACCESS), "cannot make a property list");
  check(H5Pset_fapl_core(access, 1 << 20, /*backing_store=*/false), "cannot open a file in memory");
  void* image = const_cast<char*>(bytes.data());
  H5FD_file_image_callbacks_t where_it_is = in_place(image);
  check(H5Pset_file_image_callbacks(access, &where_it_is), "cannot open a file in memory");
  check(H5Pset_file_image(access, image, bytes.size()), "cannot open a file in memory");
  return {H5Fopen("a file in memory", H5F_ACC_RDONLY, access), "cannot open the file"};
}

bool has_member(hid_t parent, const std::string& path) {
  for (std::size_t end = 0; end < path.size();) {
    end = std::min(path.find('/', end + 1), path.size());
    if (H5Lexists(parent, path.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
  }
  return true;
}

Group open_group(hid_t parent, const std::string& path) {
  require_plain_path(parent, path);
  return {H5Gopen2(parent, path.c_str(), H5P_DEFAULT), "cannot open the group " + path};
}

std::optional<std::string> read_text(hid_t object, const std::string& name) {
  if (!has_attribute(object, name)) return std::nullopt;
  const auto texts = read_attribute(object, name);
  if (texts.size() != 1) throw Error("the attribute ", name, " is not one text");
  return texts.front();
}

std::vector<std::string> read_list(hid_t object, const std::string& name) {
  if (has_attribute(object, name)) return read_attribute(object, name);
  if (!has_attribute(object, name + "0")) throw Error("it has no attribute ", name);
  std::vector<std::string> texts;
  for (int part = 0; has_attribute(object, name + std::to_string(part)); ++part)
    for (auto& text : read_attribute(object, name + std::to_string(part)))
      texts.push_back(std::move(text));
  return texts;
}

Array read_floats(hid_t group, const std::string& path, std::uint64_t& budget) {
  require_plain_path(group, path);
  const std::string problem = "cannot read " + path;
  const DataSet data(H5Dopen2(group, path.c_str(), H5P_DEFAULT), problem);
  const Properties creation(H5Dget_create_plist(data), problem);
  require_own_bytes(creation, path);
  const Type type(H5Dget_type(data), problem);
  const Space space(H5Dget_space(data), problem);
  const auto lengths = lengths_of(space);
  const bool is_count = H5Tget_class(type) == H5T_INTEGER && lengths.empty();
  if (H5Tget_class(type) != H5T_FLOAT && !is_count)
    throw Error(path, " does not hold floating-point numbers");

  const std::uint64_t declared = declared_bytes(lengths, creation, H5Tget_size(type));
  const std::uint64_t stored = H5Dget_storage_size(data);
  if (stored > budget || declared > times(largest_ratio, stored))
    throw Error(path, " declares ", declared, " bytes; the file does not hold so many");
  if (declared == 0) throw Error(path, " holds no values");
  budget -= stored;

  Array array{Shape(lengths.begin(), lengths.end()), {}};
  array.values.resize(bytes_of(lengths, 1));
  check(H5Dread(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()),
        problem);
  return array;
}

}  // namespace tutti::hdf5
