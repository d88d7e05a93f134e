// Stored text, as bytes that nobody would wish to see raw.
#include "terminal/terminal_text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lasagne/json.hpp"

namespace terminal_text_test {

using terminal::json_line;
using terminal::json_string;
using terminal::printable;

// Clears the screen, sets the title, goes back in the line, C1 CSI, DEL, and letters that are shown the other way
// round.
const std::vector<std::string> steering{"\x1b[2J",
                                        "\x1b]0;title\x07",
                                        "a\rb",
                                        "\xc2\x9b"
                                        "31m",
                                        "\x7f",
                                        "\xe2\x80\xae",
                                        "\xe2\x80\xaa",
                                        "\xe2\x81\xa6",
                                        "\xe2\x81\xa9",
                                        "\xe2\x80\x8f",
                                        "\xd8\x9c",
                                        "\xe2\x80\xa8",
                                        "\xe2\x80\xa9",
                                        "\xef\xbb\xbf",
                                        std::string(1, '\0')};
// Overlong, cut short, surrogates, past the last code point, stray bytes.
const std::vector<std::string> no_utf8{"\xff", "\xc0\x9b", "\xe0\x80\x9b",        "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                       "\x9b", "\xe2\x80", "\xf8\x88\x80\x80\x80"};

bool is_raw(const std::string& text) {
  for (const auto& bytes : steering) {
    if (bytes.size() < 3 || bytes.front() != 'a') {
      if (text.find(bytes) != std::string::npos) return true;
    }
  }
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

TEST(Printable, LeavesTextAsItIs) {
  for (const std::string text : {"", "plain", "{\"a\":1}", "Zürich €5 日本 😀", "a\\b\"c"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, ShowsNothingThatSteersATerminal) {
  for (const auto& bytes : steering) {
    const auto shown = printable("x" + bytes + "y");
    EXPECT_FALSE(is_raw(shown)) << shown;
    EXPECT_NE(shown.find('?'), std::string::npos);
  }
  EXPECT_EQ(printable("a\nb\tc"), "a b c");
  for (const auto& bytes : no_utf8) {
    const auto shown = printable(bytes);
    EXPECT_EQ(shown.find_first_not_of('?'), std::string::npos) << "raw bytes came through";
  }
}

TEST(JsonString, IsValidAndSteersNothingWhateverTheBytes) {
  for (const auto& bytes : steering) {
    const auto json = json_string("x" + bytes + "\"\\");
    EXPECT_FALSE(lasagne::json_problem(json)) << json;
    EXPECT_FALSE(is_raw(json)) << json;
    EXPECT_EQ(lasagne::from_json<std::string>(json).value(), "x" + bytes + "\"\\");
  }
  for (const auto& bytes : no_utf8) EXPECT_FALSE(lasagne::json_problem(json_string(bytes)));
}

TEST(JsonLine, IsTheSameValueOnOneLine) {
  EXPECT_EQ(json_line("{\n  \"a\": [1,\t2]\r\n}"), "{   \"a\": [1, 2]  }");
  const std::string overridden =
      "{\"name\":\"\xe2\x80\xae"
      "evil\x7f\xc2\x9b\"}";
  EXPECT_EQ(json_line(overridden), R"({"name":"\u202eevil\u007f\u009b"})");
}

TEST(JsonLine, OfWhatIsNoJsonIsAString) {
  for (const std::string text : {"", "{", "no json", "{\"a\":1}{", "\x1b[2J", "\xff"}) {
    const auto line = json_line(text);
    EXPECT_FALSE(lasagne::json_problem(line)) << line;
    EXPECT_TRUE(line.starts_with('"')) << line;
  }
}

RC_GTEST_PROP(TerminalText, OfAnyBytesIsFitToPrint, ()) {
  const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  RC_ASSERT(!is_raw(printable(bytes)));
  RC_ASSERT(!lasagne::json_problem(json_string(bytes)));
  RC_ASSERT(!is_raw(json_string(bytes)));
  RC_ASSERT(!lasagne::json_problem(json_line(bytes)));
  RC_ASSERT(!is_raw(json_line(bytes)));
}

}  // namespace terminal_text_test
