#include "kernels/support/text.h"

#include "tests/support/catch.h"

using namespace tutti;

TEST_CASE("Messages keep their line breaks and show no other control characters") {
  CHECK(printable_lines("a\x1b[1m b\n\tc\n") == "a\uFFFD[1m b\n\uFFFDc\n");
  CHECK(printable_lines("").empty());
}

TEST_CASE("UTF-8 of one to four bytes goes to code points and back") {
  const std::string text = "aé漢🎵";
  CHECK(decode_utf8(text) == U"aé漢🎵");
  CHECK(encode_utf8(U"aé漢🎵") == text);
}

TEST_CASE("Bytes that are not UTF-8 become the replacement character") {
  CHECK(decode_utf8("a\xff z") == U"a\uFFFD z");
  CHECK(decode_utf8("\x80") == U"\uFFFD");              // a continuation without a lead
  CHECK(decode_utf8("\xe6\xbc") == U"\uFFFD");          // cut off
  CHECK(decode_utf8("\xe6X") == U"\uFFFDX");            // cut off by another character
  CHECK(decode_utf8("\xc0\xaf") == U"\uFFFD");          // longer than it need be
  CHECK(decode_utf8("\xed\xa0\x80") == U"\uFFFD");      // a surrogate
  CHECK(decode_utf8("\xf4\x90\x80\x80") == U"\uFFFD");  // past the last code point
}

TEST_CASE("Names keep what is UTF-8 and spell out the bytes that are not") {
  CHECK(as_utf8("m\xc3\xbcsik \xef\xbf\xbd") == "m\xc3\xbcsik \xef\xbf\xbd");
  CHECK(as_utf8("m\xfcsik") == "m\\xFCsik");
  CHECK(as_utf8("\xe3\x81") == "\\xE3\\x81");
  CHECK(as_utf8("a\xffz") != as_utf8("a\xfez"));
}

TEST_CASE("Printable text has no control characters and no non-characters") {
  CHECK(printable("a\tb\x7f") == U"a\uFFFDb\uFFFD");
  CHECK(printable("\xc2\x9b") == U"\uFFFD");      // a terminal's escape in one character
  CHECK(printable("\xef\xbf\xbf") == U"\uFFFD");  // U+FFFF
  CHECK(printable("Drum & Bass \"é\"") == U"Drum & Bass \"é\"");
}

TEST_CASE("A long text is truncated by code points") {
  CHECK(truncated(U"señor", 5) == U"señor");
  CHECK(truncated(U"señora", 5) == U"seño…");
}

TEST_CASE("A duration is written in its unit, to three significant digits") {
  CHECK(duration(85e-6) == "85 µs");
  CHECK(duration(0.00236) == "2.36 ms");
  CHECK(duration(0.00099996) == "1 ms");
  CHECK(duration(0.0345678) == "34.6 ms");
  CHECK(duration(0.9) == "900 ms");
  CHECK(duration(0.9999) == "1 s");
  CHECK(duration(1234) == "1234 s");
}

TEST_CASE("Numbers are written with fixed decimals or significant digits") {
  CHECK(fixed(0.5, 2) == "0.50");
  CHECK(fixed(-0.0, 1) == "0.0");
  CHECK(fixed(1e300, 0).size() == 301);
  CHECK(significant(0.00136) == "0.00136");
  CHECK(significant(1.46512) == "1.465");
}

TEST_CASE("A numbered name holds digits between its two ends, and nothing else") {
  CHECK(tutti::number_between("melcnn_12.h5", "melcnn_", ".h5") == 12);
  for (const char* other : {"melcnn_best.h5", "melcnn_1b.h5", "melcnn_.h5", "melcnn_-1.h5",
                            "melcnn_1.h5.old", "my_melcnn_1.h5", "melcnn_99999999999999999999.h5"})
    CHECK_FALSE(tutti::number_between(other, "melcnn_", ".h5"));
}
