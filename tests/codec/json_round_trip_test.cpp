#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <bit>
#include <cmath>

#include "json_messages.hpp"

namespace codec_test {
namespace {

// UTF-8 of arbitrary code points, control characters among them.
std::string any_text() {
  std::string text;
  const auto codes = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(0U, 0x11'0000U));
  for (const std::uint32_t code : codes) {
    const auto add = [&text](std::uint32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code >= 0xd800 && code < 0xe000) continue;
    if (code < 0x80) {
      add(code);
    } else if (code < 0x800) {
      add(0xc0 | code >> 6), add(0x80 | (code & 0x3f));
    } else if (code < 0x1'0000) {
      add(0xe0 | code >> 12), add(0x80 | (code >> 6 & 0x3f)), add(0x80 | (code & 0x3f));
    } else {
      add(0xf0 | code >> 18), add(0x80 | (code >> 12 & 0x3f)), add(0x80 | (code >> 6 & 0x3f));
      add(0x80 | (code & 0x3f));
    }
  }
  return text;
}

template <class T>
T any() {
  return *rc::gen::arbitrary<T>();
}

Uuid any_id() { return Uuid{*rc::gen::arbitrary<std::array<std::uint8_t, 16>>()}; }

Timestamp any_time() {
  return Timestamp{*rc::gen::inRange<std::int64_t>(-62'167'219'200'000'000, 253'402'300'800'000'000)};
}

double any_double() {
  const auto bits = std::bit_cast<double>(any<std::uint64_t>());
  return std::isfinite(bits) ? bits : any<double>();
}

Item any_item() { return {any_id(), any<std::int32_t>(), Money{any<std::int64_t>()}}; }

Reason any_reason() {
  return *rc::gen::element(Reason::BalanceNotSettled, Reason::NotCheckedIn, Reason::AlreadyCheckedOut);
}

Event any_event() {
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      return Opened{any_text()};
    case 1:
      return Renamed{any_text()};
    default:
      return Closed{};
  }
}

std::size_t few() { return *rc::gen::inRange<std::size_t>(0, 5); }

Order any_order() {
  Order order{any_id(), {}, std::nullopt, any_time(), Money{any<std::int64_t>()}};
  for (std::size_t i = few(); i > 0; --i) order.items.push_back(any_item());
  if (any<bool>()) order.group_checkout_id = any_id();
  return order;
}

Everything any_everything() {
  Everything all;
  all.flag = any<bool>();
  all.tiny = any<std::int8_t>();
  all.large = any<std::uint64_t>();
  all.negative = any<std::int64_t>();
  all.ratio = any_double();
  all.weight = any<float>();
  all.text = any_text();
  all.reason = any_reason();
  all.wait = Duration{any<std::int64_t>()};
  if (any<bool>()) all.note = any_text();
  all.bits = any<std::vector<bool>>();
  all.grid = any<std::vector<std::vector<int>>>();
  for (std::size_t i = few(); i > 0; --i) all.ids.insert(any_id());
  for (std::size_t i = few(); i > 0; --i) all.by_name[any_text()] = any<int>();
  for (std::size_t i = few(); i > 0; --i) all.by_id[any_id()] = any_item();
  for (std::size_t i = few(); i > 0; --i) all.by_reason[any_reason()] = Money{any<std::int64_t>()};
  all.event = any_event();
  for (std::size_t i = few(); i > 0; --i) all.events.push_back(any_event());
  all.order = any_order();
  return all;
}

template <class Property>
void check(Property property) {
  EXPECT_TRUE(rc::check(property));
}

TEST(JsonRoundTrip, NestedStructsComeBackEqual) {
  check([] {
    const Everything value = any_everything();
    const std::string text = lasagne::to_json(value);
    const auto read = lasagne::from_json<Everything>(text);
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == value);
    RC_ASSERT(lasagne::to_json(*read) == text);
  });
}

TEST(JsonRoundTrip, AnyBytesInAStringGiveWellFormedJson) {
  check([] {
    const std::string bytes = any<std::string>();
    const std::string text = lasagne::to_json(One<std::string>{bytes});
    RC_ASSERT(!lasagne::json_problem(text));
    const auto read = lasagne::from_json<One<std::string>>(text);
    RC_ASSERT(read.has_value());
    RC_ASSERT(lasagne::to_json(*read) == text);
  });
}

TEST(JsonRoundTrip, DoublesComeBackToTheBit) {
  check([] {
    const double value = any_double();
    RC_ASSERT(std::bit_cast<std::uint64_t>(*lasagne::from_json<double>(lasagne::to_json(value))) ==
              std::bit_cast<std::uint64_t>(value));
  });
}

TEST(JsonRoundTrip, DamagedTextIsAnErrorOrAValueButNeverACrash) {
  check([] {
    std::string text = lasagne::to_json(any_order());
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    if (any<bool>()) {
      text[at] = any<char>();
    } else {
      text.resize(at);
    }
    const auto read = lasagne::from_json<Order>(text);
    RC_ASSERT(read.has_value() || !read.error().problem.empty());
    if (lasagne::json_problem(text)) RC_ASSERT(!read.has_value());
  });
}

}  // namespace
}  // namespace codec_test
