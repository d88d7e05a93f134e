#include "load_plan.hpp"

#include <chrono>
#include <string>

#include "group_checkout/group_checkout.hpp"
#include "guest_stay_account/guest_stay_account.hpp"
#include "lasagne/json.hpp"
#include "lasagne/type_name.hpp"

namespace hotel {

namespace {

// splitmix64: the same numbers on every machine, which the standard's distributions do not promise.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

template <class Command>
void add(std::vector<lasagne::NewMessage>& commands, const Uuid& process, const Command& command) {
  const auto id = Uuid::derive(process, "command-" + std::to_string(commands.size()));
  commands.push_back({id, lasagne::MessageKind::command, std::string(lasagne::type_name<Command>),
                      lasagne::to_json(command), {process, {}, {}}});
}

}  // namespace

std::string LoadPlan::name() const {
  return "load/" + std::to_string(seed) + "/" + std::to_string(guests) + "/" + std::to_string(unsettled_percent);
}

Uuid LoadPlan::group_id(std::uint64_t index) const {
  Uuid cause;
  for (std::size_t i = 0; i < 6; ++i) cause.bytes[i] = static_cast<std::uint8_t>(index >> (8 * (5 - i)));
  return Uuid::derive(cause, name());
}

Uuid LoadPlan::guest_id(const Uuid& group_id, std::uint64_t number) {
  return Uuid::derive(group_id, "load-guest-" + std::to_string(number));
}

std::optional<std::uint64_t> LoadPlan::index_of(const Uuid& id, std::uint64_t groups) const {
  std::uint64_t index = 0;
  for (std::size_t i = 0; i < 6; ++i) index = index << 8 | id.bytes[i];
  return index < groups && group_id(index) == id ? std::optional(index) : std::nullopt;
}

bool LoadPlan::is_unsettled(std::uint64_t index, std::uint64_t guest) const {
  return mix(mix(mix(seed) ^ index) ^ guest) % 100 < unsettled_percent;
}

std::vector<lasagne::NewMessage> LoadPlan::commands(std::uint64_t index, Timestamp now) const {
  std::vector<lasagne::NewMessage> commands;
  const auto group = group_id(index);
  std::vector<Uuid> ids;
  for (std::uint64_t guest = 0; guest < guests; ++guest) {
    const auto id = ids.emplace_back(guest_id(group, guest));
    const auto price = static_cast<std::int64_t>(100 + mix(mix(seed ^ guest) + index) % 100'000);
    add(commands, group, CheckInGuest{id, now});
    add(commands, group, RecordCharge{id, Money{price}, now});
    add(commands, group, RecordPayment{id, Money{is_unsettled(index, guest) ? price - 1 : price}, now});
  }
  add(commands, group, InitiateGroupCheckout{group, Uuid::derive(group, "load-clerk"), std::move(ids), now,
                                             now + std::chrono::hours(deadline_hours)});
  return commands;
}

}  // namespace hotel
