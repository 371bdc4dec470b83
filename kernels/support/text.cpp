#include "kernels/support/text.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <utility>

namespace tutti {
namespace {

constexpr char32_t replacement = U'\uFFFD';

/// The character that `rest` begins with, taken off it; the replacement if it is not well formed.
char32_t take(std::string_view& rest) {
  const auto lead = static_cast<unsigned char>(rest.front());
  rest.remove_prefix(1);
  if (lead < 0x80) return lead;
  if (lead < 0xC0 || lead >= 0xF8) return replacement;
  const int following = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  char32_t point = lead & (0x3Fu >> following);
  for (int i = 0; i < following; ++i) {
    if (rest.empty() || (rest.front() & 0xC0) != 0x80) return replacement;
    point = point << 6 | (rest.front() & 0x3Fu);
    rest.remove_prefix(1);
  }
  constexpr char32_t smallest[] = {0, 0x80, 0x800, 0x10000};  // a longer form is not well formed
  const bool surrogate = point >= 0xD800 && point < 0xE000;
  return point < smallest[following] || point > 0x10FFFF || surrogate ? replacement : point;
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

/// Cairo refuses a text that holds one.
bool is_noncharacter(char32_t c) { return (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE; }

std::string written(double value, std::chars_format format, int precision) {
  char digits[400];  // the largest double has 309 before the point
  value += 0.0;      // turns -0 to 0
  return {digits, std::to_chars(digits, digits + sizeof digits, value, format, precision).ptr};
}

}  // namespace

std::u32string decode_utf8(std::string_view text) {
  std::u32string points;
  while (!text.empty()) points += take(text);
  return points;
}

std::string as_utf8(std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string valid;
  while (!text.empty()) {
    const std::string_view before = text;
    const bool is_valid = take(text) != replacement || before.starts_with("\xEF\xBF\xBD");
    for (const char c : before.substr(0, before.size() - text.size())) {
      const auto byte = static_cast<unsigned char>(c);
      valid +=
          is_valid ? std::string(1, c) : std::string("\\x") + digits[byte >> 4] + digits[byte & 15];
    }
  }
  return valid;
}

std::string encode_utf8(std::u32string_view text) {
  std::string bytes;
  for (const char32_t c : text) {
    const int following = c >= 0x10000 ? 3 : c >= 0x800 ? 2 : c >= 0x80 ? 1 : 0;
    constexpr unsigned lead[] = {0, 0xC0, 0xE0, 0xF0};
    bytes += static_cast<char>(lead[following] | c >> (6 * following));
    for (int i = following - 1; i >= 0; --i)
      bytes += static_cast<char>(0x80u | (c >> (6 * i) & 0x3Fu));
  }
  return bytes;
}

std::u32string printable(std::string_view text) {
  std::u32string points = decode_utf8(text);
  std::replace_if(
      points.begin(), points.end(), [](char32_t c) { return is_control(c) || is_noncharacter(c); },
      replacement);
  return points;
}

std::string printable_lines(std::string_view text) {
  std::string shown;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find('\n', begin);
    shown += encode_utf8(printable(text.substr(begin, end - begin)));
    if (end == std::string_view::npos) return shown;
    shown += '\n';
    begin = end + 1;
  }
}

std::size_t columns_of(std::u32string_view text) {
  using Ranges = std::initializer_list<std::pair<char32_t, char32_t>>;
  // The blocks of Unicode's EastAsianWidth.txt that are wide, and those of its combining marks.
  static constexpr Ranges wide = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},
                                  {0xA960, 0xA97C},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
                                  {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},   {0xFFE0, 0xFFE6},
                                  {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF},
                                  {0x20000, 0x3FFFD}};
  static constexpr Ranges combining = {{0x0300, 0x036F}, {0x0591, 0x05BD}, {0x064B, 0x065F},
                                       {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F},
                                       {0xFE20, 0xFE2F}};
  const auto within = [](const Ranges& ranges, char32_t point) {
    return std::any_of(ranges.begin(), ranges.end(), [point](const auto& range) {
      return range.first <= point && point <= range.second;
    });
  };
  std::size_t columns = 0;
  for (const char32_t point : text)
    columns += within(combining, point) ? 0 : within(wide, point) ? 2 : 1;
  return columns;
}

std::string_view trimmed(std::string_view text) {
  constexpr const char* blanks = " \t\r";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::u32string truncated(std::u32string text, std::size_t length) {
  if (text.size() <= length) return text;
  text.resize(length - 1);
  return text + U'…';
}

std::optional<std::int64_t> number_between(std::string_view name, std::string_view before,
                                           std::string_view after) {
  if (!name.starts_with(before) || !name.ends_with(after)) return std::nullopt;
  const char* const first = name.data() + before.size();
  const char* const last = name.data() + name.size() - after.size();
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(first, last, number);
  if (problem != std::errc() || end != last || *first == '-') return std::nullopt;
  return number;
}

std::string csv_cell(std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(cell);
  std::string quoted = "\"";
  for (const char c : cell) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

std::string fixed(double value, int decimals) {
  return written(value, std::chars_format::fixed, decimals);
}

std::string significant(double value) { return written(value, std::chars_format::general, 4); }

std::string duration(double seconds) {
  const auto [value, unit] = seconds < 0.9995e-3 ? std::pair(1e6 * seconds, " µs")
                             : seconds < 0.9995  ? std::pair(1e3 * seconds, " ms")
                                                 : std::pair(seconds, " s");
  return (value < 99.95 ? written(value, std::chars_format::general, 3) : fixed(value, 0)) + unit;
}

std::string snake_case(std::string_view name) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  std::string result;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool begins = i + 1 < name.size() && lower(name[i + 1]);
    if (i > 0 && upper(name[i]) && (begins || lower(name[i - 1]))) result += '_';
    result += upper(name[i]) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
  }
  return result;
}

}  // namespace tutti
