// A hotel on a store in memory, with a clock that stands until it is moved.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hotel.hpp"
#include "hotel_fixture.hpp"
#include "lasagne/runtime.hpp"
#include "lasagne/store.hpp"

namespace hotel_test {

class RunningHotel {
 public:
  explicit RunningHotel(Style style) : style_(style) { restart(); }

  void restart() {
    runtime_.reset();
    lasagne::RuntimeOptions options;
    options.clock = [this] { return now; };
    runtime_ = std::make_unique<lasagne::Runtime>(*store, std::vector{hotel_module(style_)}, options);
  }
  void settle() {
    const auto idle = runtime_->run_until_idle();
    ASSERT_TRUE(idle.has_value()) << idle.error().message;
  }
  template <class Command>
  lasagne::ExecuteResult execute(const Command& command) {
    return runtime_->execute(command);
  }
  template <class Command>
  void send(const Command& command, Uuid id = {}) {
    lasagne::SendOptions options;
    options.id = id;
    ASSERT_TRUE(runtime_->send(command, options).has_value());
  }
  // A guest who owes `debt` (or, negative, is owed), checked in.
  void check_in(const Uuid& who, std::int64_t debt = 0) {
    ASSERT_TRUE(execute(CheckInGuest{who, at(0)}).has_value());
    if (debt > 0) ASSERT_TRUE(execute(RecordCharge{who, Money{debt}, at(1)}).has_value());
    if (debt < 0) ASSERT_TRUE(execute(RecordPayment{who, Money{-debt}, at(1)}).has_value());
  }
  void initiate(std::vector<Uuid> guests, const Uuid& id = group) {
    ASSERT_TRUE(execute(InitiateGroupCheckout{id, clerk, std::move(guests), at(10), deadline}).has_value());
  }
  GroupCheckoutState group_state(const Uuid& id = group) { return runtime_->load<GroupCheckout>(id).value().state; }
  GuestStayAccount::State guest_state(const Uuid& id) { return runtime_->load<GuestStayAccount>(id).value().state; }

  // "Type {data}" of every event of a stream.
  std::vector<std::string> events_of(const std::string& stream) {
    std::vector<std::string> events;
    const auto slice = store->read_stream(stream, 0, lasagne::Direction::forwards, 10'000);
    if (!slice) return events;
    for (const auto& message : slice->messages) events.push_back(message->type + " " + message->data);
    return events;
  }
  // The data of the events of one type, in the order of the log.
  template <class Event>
  std::vector<Event> all() {
    lasagne::Filter filter;
    filter.types = {std::string(lasagne::type_name<Event>)};
    std::vector<Event> events;
    const auto slice = store->read_all(0, filter, 100'000).value();
    for (const auto& message : slice.messages) events.push_back(lasagne::from_json<Event>(message->data).value());
    return events;
  }
  lasagne::Runtime& runtime() { return *runtime_; }

  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
  Timestamp now = at(10);

 private:
  Style style_;
  std::unique_ptr<lasagne::Runtime> runtime_;
};

}  // namespace hotel_test
