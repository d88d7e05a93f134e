#include "shop_scenario.hpp"

#include <algorithm>

#include "answers.hpp"
#include "audit.hpp"
#include "http_api.hpp"
#include "lasagne/command_rejected.hpp"
#include "random_choices.hpp"
#include "shop/orders/commands.hpp"
#include "shop/shipments/commands.hpp"
#include "shop/shopping_carts/commands.hpp"
#include "shop_modules.hpp"

namespace simulate {

namespace {

using lasagne::Timestamp;
using lasagne::Uuid;
using lasagne::testing::command;
using lasagne::testing::SimulatedCommand;
using lasagne::testing::simulation_start;
using namespace shop::shopping_carts;
using shop::orders::CancellationReason;
using shop::orders::CancelOrder;
using shop::shipments::SetStock;

constexpr std::int64_t products = 3;

void fill_a_cart(RandomChoices& random, const Uuid& cart, const std::string& session,
                 std::vector<SimulatedCommand>& commands) {
  const auto add = [&](const auto& sent) { commands.push_back(command(sent, session)); };
  add(OpenShoppingCart{cart, Uuid::derive(cart, "client"), simulation_start});
  for (auto lines = random.between(1, 3); lines > 0; --lines) {
    const auto product = numbered("product", static_cast<std::size_t>(random.between(0, products - 1)));
    const auto item = priced(shop::catalogue_price, product, random.between(1, 4));
    add(AddProductItem{cart, item});
    if (item.quantity > 1 && random.percent(20)) {
      add(RemoveProductItem{cart, {item.product_id, item.quantity - 1, item.unit_price}});
    }
  }
  if (random.percent(90)) {
    add(ConfirmShoppingCart{cart, simulation_start});
  } else {
    add(CancelShoppingCart{cart, simulation_start});
  }
}

std::vector<std::string> audited(lasagne::Store& store) {
  auto result = shop::audit(store);
  auto violations = std::move(result.violations);
  if (result.open > 0) violations.emplace_back("at rest there is an order that is neither completed nor cancelled");
  const auto log = read_log(store);
  std::ranges::move(
      not_answered_once(log, {"OpenShoppingCart", "AddProductItem", "RemoveProductItem", "ConfirmShoppingCart",
                              "CancelShoppingCart", "SetStock", "TakeStock", "PutBackStock"}),
      std::back_inserter(violations));
  for (const auto& message : log) {
    if (!lasagne::names_type<lasagne::CommandRejected>(message->type)) continue;
    const auto rejected = lasagne::from_json<lasagne::CommandRejected>(message->data);
    if (!rejected) {
      violations.emplace_back("a rejection does not decode");
    } else if (rejected->module == "shopping_carts" || rejected->module == "shipments") {
      violations.push_back("a " + rejected->command_type + " was refused (" + rejected->reason +
                           ") though its client sent all in order");
    }
  }
  return violations;
}

}  // namespace

lasagne::testing::Scenario shop_scenario(std::uint64_t seed) {
  RandomChoices random(seed);
  static constexpr lasagne::Duration times_to_pay[] = {std::chrono::seconds(1), std::chrono::minutes(15),
                                                       std::chrono::days(3)};
  shop::ShopOptions options;
  options.payment_timeout = times_to_pay[random.between(0, 2)];
  options.gateway = shop::payments::SimulatedGateway{15, 15, 15};

  lasagne::testing::Scenario scenario;
  scenario.modules = [options] { return shop::shop_modules(options); };
  scenario.audit = audited;
  // Some have so many that a bus forgets the ids of its first messages.
  const auto carts = random.percent(10) ? 60 : random.between(1, 10);
  for (std::size_t i = 0; i < products; ++i) {
    const auto product = numbered("product", i);
    scenario.commands.push_back(
        command(SetStock{product, random.between(0, carts * 2), simulation_start}, "stock " + std::to_string(i)));
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(carts); ++i) {
    const auto cart = numbered("cart", i);
    fill_a_cart(random, cart, "cart " + std::to_string(i), scenario.commands);
    if (!random.percent(20)) continue;
    const CancelOrder cancel{cart, std::nullopt, CancellationReason::ClientRequest, simulation_start};
    scenario.commands.push_back(command(cancel, "cancellation " + std::to_string(i)));
  }
  return scenario;
}

}  // namespace simulate
