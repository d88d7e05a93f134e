// The messages that the benchmarks write where the shop's own are not what is measured.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lasagne/decider.hpp"
#include "lasagne/module.hpp"
#include "lasagne/money.hpp"
#include "lasagne/send.hpp"
#include "lasagne/store.hpp"
#include "raw_sqlite.hpp"

namespace bench {

// An event of about 220 bytes as JSON: with its ids and indexes a row of some 300 bytes.
struct PaymentReceived {
  lasagne::Uuid account_id;
  lasagne::Uuid payment_id;
  lasagne::Money amount;
  std::string reference;
  lasagne::Timestamp received_at;
};
struct ReceivePayment {
  lasagne::Uuid account_id;
  lasagne::Uuid payment_id;
  lasagne::Money amount;
  std::string reference;
  lasagne::Timestamp now;
};

struct Account {
  static constexpr std::string_view category = "Account";
  using Command = std::variant<ReceivePayment>;
  using Event = std::variant<PaymentReceived>;
  struct State {
    lasagne::Money balance;
    std::uint64_t payments = 0;
  };
  static lasagne::Uuid id(const ReceivePayment& command) { return command.account_id; }
  static State evolve(State state, const PaymentReceived& event) {
    return {lasagne::Money{state.balance.minor_units + event.amount.minor_units}, state.payments + 1};
  }
  static lasagne::Decision<Event> decide(const ReceivePayment& command, const State&) {
    return PaymentReceived{command.account_id, command.payment_id, command.amount, command.reference, command.now};
  }
};

// A process that does nothing but go on: a command, its event, the saga that sends the next command.
struct TakeStep {
  lasagne::Uuid walk_id;
  std::uint64_t left = 0;
  lasagne::Timestamp now;
};
struct StepTaken {
  lasagne::Uuid walk_id;
  std::uint64_t left = 0;
  lasagne::Timestamp taken_at;
};
struct Walk {
  static constexpr std::string_view category = "Walk";
  using Command = std::variant<TakeStep>;
  using Event = std::variant<StepTaken>;
  struct State {
    std::uint64_t steps = 0;
  };
  static lasagne::Uuid id(const TakeStep& command) { return command.walk_id; }
  static State evolve(State state, const StepTaken&) { return {state.steps + 1}; }
  static lasagne::Decision<Event> decide(const TakeStep& command, const State&) {
    return StepTaken{command.walk_id, command.left, command.now};
  }
};
struct WalkSaga {
  using Event = std::variant<StepTaken>;
  static void on(const StepTaken& step, lasagne::Send& send) {
    if (step.left > 0) send(TakeStep{step.walk_id, step.left - 1, send.cause().recorded_at});
  }
};

// Reads along and does nothing.
struct Onlooker {
  using Event = std::variant<PaymentReceived>;
  static void on(const PaymentReceived&, lasagne::Send&) {}
};

// Ids that come in the order of their numbers, as those of real messages do, without asking the kernel for randomness.
[[nodiscard]] lasagne::Uuid numbered_id(std::uint64_t number, std::string_view purpose);

[[nodiscard]] PaymentReceived payment(const lasagne::Uuid& account_id, std::uint64_t number);
[[nodiscard]] std::string account_stream(const lasagne::Uuid& account_id);

// The commit that appends payment `number` to the account's stream.
[[nodiscard]] lasagne::Commit payment_commit(const lasagne::Uuid& account_id, std::uint64_t number,
                                             lasagne::ExpectedRevision expected);

// What `count` payments are as rows: each to a stream of its own, or to `streams` of them in turn. Positions and stream
// ids count from 1.
[[nodiscard]] std::vector<RawRow> payment_rows(std::uint64_t count, std::uint64_t streams);

// Appends `count` payments to `streams` accounts in turn, in large commits; when each has `a_stream`, goes on with as
// many new accounts. The store must be new.
void fill(lasagne::Store& store, std::uint64_t count, std::uint64_t streams, std::uint64_t a_stream = UINT64_MAX);

// Unwraps, or throws std::runtime_error with the store's words.
void check(bool good, const lasagne::Error* error);
template <class T>
T value_of(lasagne::Result<T> result) {
  check(result.has_value(), result ? nullptr : &result.error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace bench
