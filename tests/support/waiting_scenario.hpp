// Tours that are paid before they are booked: whoever confirms them has to wait for the booking.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lasagne/testing/simulator.hpp"

namespace waiting_domain {

using lasagne::Decision;
using lasagne::Send;
using lasagne::Uuid;

struct BookTour {
  Uuid id;
};
struct TourBooked {
  Uuid id;
};
struct PayTour {
  Uuid id;
};
struct TourPaid {
  Uuid id;
};
struct TourNoted {
  Uuid id;
};
struct TourConfirmed {
  Uuid id;
};

// Records what it is told, once.
template <class C, class E>
struct Recorder {
  using Command = std::variant<C>;
  using Event = std::variant<E>;
  using State = bool;
  static Uuid id(const C& command) { return command.id; }
  static State evolve(State, const E&) { return true; }
  static Decision<Event> decide(const C& command, const State& recorded) {
    if (recorded) return {};
    return E{command.id};
  }
};
struct Booking : Recorder<BookTour, TourBooked> {
  static constexpr std::string_view category = "Booking";
};
struct Payment : Recorder<PayTour, TourPaid> {
  static constexpr std::string_view category = "Payment";
};
struct Tour {
  static constexpr std::string_view category = "Tour";
  using Input = std::variant<TourBooked, TourPaid>;
  using Event = std::variant<TourNoted, TourConfirmed>;
  using State = bool;
  static Uuid id(const auto& event) { return event.id; }
  static State evolve(State, const auto&) { return true; }
  static std::vector<Event> on(const TourBooked& event, const State&, Send&) { return {TourNoted{event.id}}; }
  static std::vector<Event> on(const TourPaid& event, const State& booked, Send&) {
    if (!booked) throw lasagne::NotYet("the tour is not booked yet");
    return {TourConfirmed{event.id}};
  }
};

inline std::vector<lasagne::Module> modules() {
  return {lasagne::Module{"tours"}.decider<Booking>().decider<Payment>().process_manager<Tour>()};
}

// Every tour is booked, paid, noted and confirmed, each once.
inline std::vector<std::string> audit(lasagne::Store& store) {
  std::map<std::string, std::map<std::string, std::size_t>> times;  // by id, by type
  const auto slice = store.read_all(0, {{}, {"Booking", "Payment", "Tour"}, {}}, 1'000'000);
  if (!slice) return {slice.error().message};
  for (const auto& message : slice->messages) {
    ++times[message->stream.substr(message->stream.find('-'))][message->type];
  }
  std::vector<std::string> problems;
  for (const auto& [id, recorded] : times) {
    if (!recorded.contains(std::string(lasagne::type_name<TourBooked>))) continue;  // what shrinking left of it
    for (const auto type : {lasagne::type_name<TourNoted>, lasagne::type_name<TourConfirmed>}) {
      const auto found = recorded.find(std::string(type));
      const auto count = found == recorded.end() ? 0 : found->second;
      if (count != 1) problems.push_back("tour" + id + " has " + std::to_string(count) + " " + std::string(type));
    }
  }
  return problems;
}

inline lasagne::testing::Scenario scenario(std::uint64_t seed) {
  lasagne::testing::Scenario made;
  made.modules = modules;
  made.audit = audit;
  made.may_wait = {"tours/process-manager/" + std::string(lasagne::type_name<Tour>)};
  for (std::uint64_t i = 0; i < 5 + seed % 10; ++i) {
    const auto id = Uuid::derive({}, "tour " + std::to_string(i));
    made.commands.push_back(lasagne::testing::command(PayTour{id}, id.to_string()));
    made.commands.push_back(lasagne::testing::command(BookTour{id}, id.to_string()));
  }
  return made;
}

}  // namespace waiting_domain
