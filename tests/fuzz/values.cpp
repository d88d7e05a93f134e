// Messages, and the small values that come as text.
#include "codec/json_messages.hpp"
#include "fuzz/targets.hpp"
#include "lasagne/etag.hpp"

namespace fuzz {

namespace {

template <class T>
void round_trip(std::string_view text) {
  const auto value = lasagne::from_json<T>(text);
  if (!value) return must(!value.error().problem.empty(), "an error without words");
  const auto written = lasagne::to_json(*value);
  must(!lasagne::json_problem(written), "what was written is not JSON");
  const auto again = lasagne::from_json<T>(written);
  must(again.has_value(), "what was written does not read");
  // Compared as text, since a NaN differs from itself.
  must(lasagne::to_json(*again) == written, "what was written reads as something else");
}

template <class T>
void parse_twice(std::string_view text) {
  const auto value = T::parse(text);
  if (!value) return;
  const auto again = T::parse(value->to_string());
  must(again && *again == *value, "its own text parses as another value");
}

}  // namespace

void message_json(std::string_view bytes) {
  (void)lasagne::json_problem(bytes);
  round_trip<codec_test::Everything>(bytes);
  round_trip<codec_test::Order>(bytes);
  round_trip<codec_test::Event>(bytes);
  round_trip<codec_test::Tree>(bytes);
  round_trip<codec_test::One<std::map<lasagne::Uuid, double>>>(bytes);
  round_trip<codec_test::One<std::optional<codec_test::Event>>>(bytes);
  round_trip<codec_test::One<codec_test::Http>>(bytes);
  round_trip<codec_test::One<std::string>>(bytes);
}

void text_values(std::string_view bytes) {
  parse_twice<lasagne::Uuid>(bytes);
  parse_twice<lasagne::Timestamp>(bytes);
  parse_twice<lasagne::ETag>(bytes);
}

}  // namespace fuzz
