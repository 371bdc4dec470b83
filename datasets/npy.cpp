#include "datasets/npy.h"

#include <algorithm>
#include <cstring>
#include <regex>
#include <sstream>

#include "kernels/support/files.h"

namespace tutti {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

/// What the header says: a Python dictionary of three entries.
struct ArrayHeader {
  std::string type;  // "f4"
  Shape shape;
  std::size_t end;  // where the values begin
};

std::uint32_t little_endian(const std::string& bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[at + i])) << (8 * i);
  return value;
}

ArrayHeader read_header(const std::string& bytes) {
  if (bytes.size() < 12 || bytes.compare(0, magic.size(), magic) != 0)
    throw Error("it is not a .npy file");
  const std::size_t digits = bytes[6] == 1 ? 2 : 4;  // of the header's length, by version
  const std::size_t begin = 8 + digits, length = little_endian(bytes, 8, digits);
  if (length > bytes.size() - begin) throw Error("its header is cut short");
  if (length > 4096) throw Error("its header is ", length, " bytes long");
  const std::string text = bytes.substr(begin, length);

  static const std::regex type("'descr': *'([<|=>])([a-z][0-9]+)'"),
      order("'fortran_order': *(True|False)"), shape("'shape': *\\(([0-9, ]*)\\)");
  std::smatch type_match, order_match, shape_match;
  if (!std::regex_search(text, type_match, type) || !std::regex_search(text, order_match, order) ||
      !std::regex_search(text, shape_match, shape))
    throw Error("its header does not describe an array of numbers");
  if (type_match[1] == ">") throw Error("its numbers are big-endian");
  if (order_match[1] == "True")
    throw Error("it is in Fortran order; numpy.ascontiguousarray mends it");
  ArrayHeader header{type_match[2], {}, begin + length};
  std::istringstream lengths(shape_match[1]);
  for (std::string one; std::getline(lengths, one, ',');)
    if (one.find_first_not_of(' ') != std::string::npos) {
      if (one.size() > 12) throw Error("its shape (", shape_match[1].str(), ") is beyond memory");
      header.shape.push_back(std::stoll(one));
    }
  return header;
}

template <class T>
void convert(const char* bytes, std::vector<float>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes + i * sizeof value, sizeof value);
    values[i] = static_cast<float>(value);
  }
}

struct Conversion {
  std::size_t bytes;
  void (*run)(const char* bytes, std::vector<float>& values);
};

Conversion conversion_from(const std::string& type) {
  if (type == "f4") return {4, convert<float>};
  if (type == "f8") return {8, convert<double>};
  if (type == "u1" || type == "b1") return {1, convert<std::uint8_t>};
  if (type == "i1") return {1, convert<std::int8_t>};
  if (type == "i2") return {2, convert<std::int16_t>};
  if (type == "i4") return {4, convert<std::int32_t>};
  if (type == "i8") return {8, convert<std::int64_t>};
  throw Error("it holds ", type, "; float32, float64, bool and integers are read");
}

Tensor parse(const std::string& bytes) {
  const ArrayHeader header = read_header(bytes);
  const Conversion conversion = conversion_from(header.type);
  const std::size_t present = (bytes.size() - header.end) / conversion.bytes;
  const auto fail = [&] {
    throw Error("it is cut short: ", header.shape, " values are promised, ", present, " are there");
  };
  std::size_t count = 1;  // stays below what is present, so that no product overflows
  for (const auto length : header.shape) {
    if (length != 0 && count > present / static_cast<std::size_t>(length)) fail();
    count *= static_cast<std::size_t>(length);
  }
  if (count > present) fail();  // a single value has no lengths
  std::vector<float> values(count);
  conversion.run(bytes.data() + header.end, values);
  return Tensor::from(header.shape, values);
}

}  // namespace

Tensor read_npy(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  try {
    return parse(bytes);
  } catch (const Error& problem) {
    throw Error("cannot read ", path.string(), ": ", problem.what());
  }
}

void write_npy(const std::filesystem::path& path, const Tensor& tensor) {
  std::ostringstream header;
  header << "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (const auto length : tensor.shape()) header << length << ", ";
  header << "), }";
  std::string text = header.str();
  text.append(63 - (10 + text.size()) % 64, ' ');  // values begin at a multiple of 64
  text += '\n';
  std::string bytes(magic);
  bytes +=
      {'\x01', '\x00', static_cast<char>(text.size() & 255), static_cast<char>(text.size() >> 8)};
  bytes += text;
  const auto values = tensor.to_vector<float>();
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  write_file(path, bytes);
}

}  // namespace tutti
