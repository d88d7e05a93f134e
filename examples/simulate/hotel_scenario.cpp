#include "hotel_scenario.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "answers.hpp"
#include "audit.hpp"
#include "group_checkout/group_checkout.hpp"
#include "guest_stay_account/guest_stay_account.hpp"
#include "hotel.hpp"
#include "random_choices.hpp"

namespace simulate {

namespace {

using namespace hotel;
using lasagne::testing::command;
using lasagne::testing::SimulatedCommand;
using lasagne::testing::simulation_start;

void stay(RandomChoices& random, std::size_t number, std::vector<SimulatedCommand>& commands) {
  const auto guest = numbered("guest", number);
  const auto add = [&](const auto& sent) { commands.push_back(command(sent, "guest " + std::to_string(number))); };
  if (random.percent(95)) add(CheckInGuest{guest, simulation_start});
  std::int64_t owed = 0;
  for (auto charges = random.between(0, 2); charges > 0; --charges) {
    const auto amount = random.between(1, 10'000);
    owed += amount;
    add(RecordCharge{guest, Money{amount}, simulation_start});
  }
  if (owed > 1) add(RecordPayment{guest, Money{owed - 1}, simulation_start});
  if (owed > 0 && random.percent(75)) add(RecordPayment{guest, Money{1}, simulation_start});
  if (random.percent(15)) {
    for (auto times = random.between(1, 2); times > 0; --times) {
      add(CheckOutGuest{guest, std::nullopt, 0, simulation_start});
    }
  }
}

void check_out_a_group(RandomChoices& random, std::size_t number, std::size_t guests,
                       std::vector<SimulatedCommand>& commands) {
  static constexpr lasagne::Duration deadlines[] = {std::chrono::seconds(1), std::chrono::hours(1),
                                                    std::chrono::days(3)};
  const auto group = numbered("group", number);
  const auto add = [&](const auto& sent) { commands.push_back(command(sent, "clerk " + std::to_string(number))); };
  std::vector<Uuid> members;
  for (auto size = random.between(1, 5); size > 0; --size) {
    members.push_back(
        numbered("guest", static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(guests) - 1))));
  }
  const auto deadline = simulation_start + deadlines[random.between(0, 2)];
  add(InitiateGroupCheckout{group, Uuid::derive(group, "clerk"), members, simulation_start, deadline});
  for (auto reruns = random.between(0, 3); reruns > 0; --reruns) {
    add(RerunGroupCheckout{group, simulation_start, deadline + std::chrono::hours(1)});
  }
}

// At rest each check-out has its one answer, also in a group that timed out; but a repeated success has none.
void check_answers(const std::vector<lasagne::MessagePtr>& log, std::vector<std::string>& violations) {
  const auto effects = effects_in(log);
  std::set<std::pair<Uuid, std::optional<Uuid>>> out;  // guest, group
  for (const auto& message : log) {
    if (!lasagne::names_type<GuestCheckedOut>(message->type)) continue;
    const auto event = lasagne::from_json<GuestCheckedOut>(message->data);
    if (event) out.emplace(event->guest_stay_id, event->group_checkout_id);
  }
  for (const auto& message : log) {
    if (!lasagne::names_type<CheckOutGuest>(message->type)) continue;
    const auto check_out = lasagne::from_json<CheckOutGuest>(message->data);
    const auto answers = effects.contains(message->id) ? effects.at(message->id) : 0;
    const bool repeats = check_out && out.contains({check_out->guest_stay_id, check_out->group_checkout_id});
    if (answers > 1 || (answers == 0 && !repeats)) {
      violations.push_back("the CheckOutGuest at position " + std::to_string(message->position) + " was answered " +
                           (answers == 0 ? "never" : "more than once"));
    }
  }
}

std::vector<std::string> audited(lasagne::Store& store) {
  auto result = audit(store);
  auto violations = std::move(result.violations);
  if (result.open > 0) violations.emplace_back("at rest there is a group checkout that has not ended");
  const auto log = read_log(store);
  check_answers(log, violations);
  std::ranges::move(not_answered_once(log, {"CheckInGuest", "RecordCharge", "RecordPayment"}),
                    std::back_inserter(violations));
  return violations;
}

}  // namespace

bool is_hotel_style(std::string_view style) { return parse_style(style).has_value(); }

lasagne::testing::Scenario hotel_scenario(std::uint64_t seed, std::string_view style) {
  RandomChoices random(seed);
  lasagne::testing::Scenario scenario;
  scenario.modules = [style = *parse_style(style)] { return std::vector{hotel_module(style)}; };
  scenario.audit = audited;
  const auto guests = static_cast<std::size_t>(random.percent(10) ? 40 : random.between(1, 10));
  const auto groups = random.between(1, guests > 10 ? 20 : 4);
  for (std::size_t i = 0; i < guests; ++i) stay(random, i, scenario.commands);
  for (std::size_t i = 0; i < static_cast<std::size_t>(groups); ++i) {
    check_out_a_group(random, i, guests, scenario.commands);
  }
  return scenario;
}

}  // namespace simulate
