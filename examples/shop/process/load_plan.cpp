#include "load_plan.hpp"

#include <utility>

#include "http_api.hpp"
#include "lasagne/json.hpp"
#include "lasagne/type_name.hpp"
#include "shop/shopping_carts/commands.hpp"

namespace shop {

namespace {

using lasagne::Uuid;

constexpr unsigned index_bits = 30;

// splitmix64: the same numbers on every machine, which the standard's distributions do not promise.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

Uuid numbered(std::uint64_t number, std::uint64_t seed, std::string_view tag) {
  Uuid cause;
  for (std::size_t i = 0; i < 6; ++i) cause.bytes[i] = static_cast<std::uint8_t>(number >> (8 * (5 - i)));
  for (std::size_t i = 0; i < 8; ++i) cause.bytes[8 + i] = static_cast<std::uint8_t>(seed >> (8 * (7 - i)));
  return Uuid::derive(cause, tag);
}

template <class Command>
void add(std::vector<lasagne::NewMessage>& commands, const Uuid& process, const Command& command) {
  const auto id = Uuid::derive(process, "command-" + std::to_string(commands.size()));
  commands.push_back({id,
                      lasagne::MessageKind::command,
                      std::string(lasagne::type_name<Command>),
                      lasagne::to_exact_json(command),
                      {process, {}, {}}});
}

}  // namespace

Uuid LoadPlan::order_id(std::uint64_t index) const {
  const auto first_48_bits = (seed << index_bits) | index;  // of a long seed only its low ones
  return numbered(first_48_bits, seed, "load-order");
}

std::int64_t LoadPlan::index_of(const Uuid& id, std::uint64_t orders) const {
  std::uint64_t index = 0;
  for (std::size_t i = 0; i < 6; ++i) index = index << 8 | id.bytes[i];
  index &= (std::uint64_t{1} << index_bits) - 1;
  return index < orders && order_id(index) == id ? static_cast<std::int64_t>(index) : -1;
}

bool LoadPlan::is_out_of_stock(std::uint64_t index) const {
  return mix(mix(seed) ^ index) % 100 < out_of_stock_percent;
}

Uuid LoadPlan::product_id(std::uint64_t number) { return numbered(number, 0, "load-product"); }
Uuid LoadPlan::missing_product_id() { return numbered(products, 0, "load-product"); }

std::vector<lasagne::NewMessage> LoadPlan::commands(std::uint64_t index, lasagne::Timestamp now) const {
  using namespace shopping_carts;
  const auto id = order_id(index);
  auto random = mix(mix(seed + 1) ^ index);
  std::vector<lasagne::NewMessage> commands;
  add(commands, id, OpenShoppingCart{id, Uuid::derive(id, "client"), now});
  for (std::uint64_t lines = 1 + random % most_lines; lines > 0; --lines) {
    random = mix(random);
    const auto quantity = static_cast<std::int64_t>(1 + random / products % 5);
    add(commands, id, AddProductItem{id, priced(catalogue_price, product_id(random % products), quantity)});
  }
  if (is_out_of_stock(index)) add(commands, id, AddProductItem{id, priced(catalogue_price, missing_product_id(), 1)});
  add(commands, id, ConfirmShoppingCart{id, now});
  return commands;
}

}  // namespace shop
