#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tutti {

/// UTF-8 as code points; every byte that is not UTF-8 becomes U+FFFD.
std::u32string decode_utf8(std::string_view text);
std::string encode_utf8(std::u32string_view text);

/// The text with every byte that is not UTF-8 written as \xFC: what has a name in JSON.
std::string as_utf8(std::string_view text);

/// The text as it can be shown: control characters and non-characters become U+FFFD too. A genre is
/// named by a folder, so its name may be any bytes.
std::u32string printable(std::string_view text);

/// The same of a message, as UTF-8; its line breaks stay.
std::string printable_lines(std::string_view text);

/// At most `length` code points; a longer text ends in "…".
std::u32string truncated(std::u32string text, std::size_t length);

/// How many columns of a terminal the text takes: two for a wide character (East Asian, emoji),
/// none for a combining one.
std::size_t columns_of(std::u32string_view text);

/// Without the blanks and carriage returns at both ends.
std::string_view trimmed(std::string_view text);

/// "MaxPooling2D" as "max_pooling2d", "SimpleRNN" as "simple_rnn", "PReLU" as "p_re_lu": Keras'
/// names of layers.
std::string snake_case(std::string_view name);

/// The number in a name such as classifier_12.h5, if there are digits alone between the two ends.
std::optional<std::int64_t> number_between(std::string_view name, std::string_view before,
                                           std::string_view after);

/// A cell as CSV holds it: in quotes if it needs them.
std::string csv_cell(std::string_view cell);

/// A number as people write it: 0.50, and 0.00136 or 1.465 to four significant digits.
std::string fixed(double value, int decimals);
std::string significant(double value);

/// A time as people say it, to three significant digits: 85 µs, 2.36 ms, 1.5 s.
std::string duration(double seconds);

}  // namespace tutti
