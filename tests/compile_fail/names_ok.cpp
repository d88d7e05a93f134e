// expect: ok
// The names that stores hold, whatever compiler built the program: this file is compiled by each.
#include "lasagne/command_rejected.hpp"
#include "lasagne/module.hpp"

struct Global {};

namespace shop::payments {
struct PaymentFinalized {
  lasagne::Uuid payment_id;
  struct Line {};
};
struct LegacySaga {
  using Event = std::variant<PaymentFinalized>;
  static void on(const PaymentFinalized&, lasagne::Send&);
};
namespace inner {
struct Detail {};
}  // namespace inner
}  // namespace shop::payments

namespace acme::shop_v2 {
struct Opened {};
namespace carts {
struct Opened {};
}  // namespace carts
}  // namespace acme::shop_v2
template <>
inline constexpr std::string_view lasagne::namespace_name<"acme::shop_v2"> = "shop";

namespace acme::unqualified {
struct Closed {};
struct Renamed {};
}  // namespace acme::unqualified
template <>
inline constexpr std::string_view lasagne::namespace_name<"acme::unqualified"> = "";
template <>
inline constexpr std::string_view lasagne::type_name<acme::unqualified::Renamed> = "acme.Moved";

namespace boxes {
template <class T>
struct Box {
  T value;
};
}  // namespace boxes
template <>
inline constexpr std::string_view lasagne::type_name<boxes::Box<int>> = "boxes.IntBox";

namespace pinned {
namespace {
struct Hidden {};
}  // namespace
}  // namespace pinned
template <>
inline constexpr std::string_view lasagne::type_name<pinned::Hidden> = "pinned.Hidden";

using lasagne::type_name;
static_assert(type_name<Global> == "Global");
static_assert(type_name<shop::payments::PaymentFinalized> == "shop.payments.PaymentFinalized");
static_assert(type_name<const shop::payments::PaymentFinalized> == "shop.payments.PaymentFinalized");
static_assert(type_name<shop::payments::PaymentFinalized::Line> == "shop.payments.PaymentFinalized.Line");
static_assert(type_name<shop::payments::LegacySaga> == "shop.payments.LegacySaga");
static_assert(type_name<shop::payments::inner::Detail> == "shop.payments.inner.Detail");
static_assert(type_name<lasagne::CommandRejected> == "lasagne.CommandRejected");
static_assert(type_name<acme::shop_v2::Opened> == "shop.Opened");
static_assert(type_name<acme::shop_v2::carts::Opened> == "shop.carts.Opened");
static_assert(type_name<acme::unqualified::Closed> == "Closed");
static_assert(type_name<acme::unqualified::Renamed> == "acme.Moved");
static_assert(type_name<boxes::Box<int>> == "boxes.IntBox");
static_assert(type_name<pinned::Hidden> == "pinned.Hidden");

// Inside the namespaces, and used there first.
namespace shop {
struct Here {};
static_assert(lasagne::type_name<Here> == "shop.Here");
}  // namespace shop
namespace lasagne::detail {
struct Within {};
static_assert(type_name<Within> == "lasagne.detail.Within");
}  // namespace lasagne::detail

static_assert(lasagne::last_part("shop.payments.PaymentFinalized") == "PaymentFinalized");
static_assert(lasagne::last_part("PaymentFinalized") == "PaymentFinalized");
static_assert(lasagne::names_type<shop::payments::PaymentFinalized>("shop.payments.PaymentFinalized"));
static_assert(lasagne::names_type<shop::payments::PaymentFinalized>("PaymentFinalized"));
static_assert(!lasagne::names_type<shop::payments::PaymentFinalized>("shop.orders.PaymentFinalized"));

// Names of members and of values come off the compiler in the same way.
enum class Colour { Red, Green = 5 };
struct Painted {
  int first_member = 0;
  Colour colour = Colour::Red;
};
static_assert(lasagne::detail::member_names<Painted>[0] == "first_member");
static_assert(lasagne::detail::member_names<Painted>[1] == "colour");
static_assert(lasagne::detail::enum_table<Colour>.names.size() == 2);
static_assert(lasagne::detail::enum_table<Colour>.names[1] == "Green");
static_assert(lasagne::detail::enum_table<Colour>.values[1] == 5);
