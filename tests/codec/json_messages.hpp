// The structs that the codec's tests write and read.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "lasagne/json.hpp"
#include "lasagne/type_name.hpp"

namespace codec_test {

using lasagne::Duration;
using lasagne::Money;
using lasagne::Timestamp;
using lasagne::Uuid;

enum class Reason { BalanceNotSettled, NotCheckedIn, AlreadyCheckedOut };
enum Plain : unsigned char { plain_low = 0, plain_high = 127 };
enum class Http { ok = 200, teapot = 418 };

struct Item {
  Uuid product_id;
  std::int32_t quantity = 0;
  Money price;
  bool operator==(const Item&) const = default;
};

struct Order {
  Uuid order_id;
  std::vector<Item> items;
  std::optional<Uuid> group_checkout_id;
  Timestamp placed_at;
  Money total;
  bool operator==(const Order&) const = default;
};

struct Opened {
  std::string by;
  bool operator==(const Opened&) const = default;
};
struct Renamed {
  std::string by;
  bool operator==(const Renamed&) const = default;
};
struct Closed {
  bool operator==(const Closed&) const = default;
};
using Event = std::variant<Opened, Renamed, Closed>;

struct Everything {
  bool flag = false;
  std::int8_t tiny = 0;
  std::uint64_t large = 0;
  std::int64_t negative = 0;
  double ratio = 0;
  float weight = 0;
  std::string text;
  Reason reason{};
  Duration wait{};
  std::optional<std::string> note;
  std::vector<bool> bits;
  std::vector<std::vector<int>> grid;
  std::set<Uuid> ids;
  std::map<std::string, int> by_name;
  std::map<Uuid, Item> by_id;
  std::map<Reason, Money> by_reason;
  Event event;
  std::vector<Event> events;
  Order order;
  bool operator==(const Everything&) const = default;
};

struct Tree {
  std::vector<Tree> children;
  bool operator==(const Tree&) const = default;
};

template <class T>
struct One {
  T value{};
  bool operator==(const One&) const = default;
};

struct Outer {
  struct Inner {
    int x = 0;
  };
};

}  // namespace codec_test

template <>
inline constexpr std::string_view lasagne::type_name<codec_test::Renamed> = "NameChanged";
template <>
struct lasagne::EnumRange<codec_test::Http> {
  static constexpr int min = 100;
  static constexpr int max = 599;
};
