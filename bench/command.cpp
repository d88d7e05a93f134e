// A command handled now: load its stream, decide, append, durable.
#include <memory>

#include <fmt/format.h>

#include "context.hpp"
#include "lasagne/runtime.hpp"
#include "workload.hpp"

namespace bench {

namespace {

lasagne::Module accounts() { return lasagne::Module{"accounts"}.decider<Account>(); }

void pay(lasagne::Runtime& runtime, std::uint64_t account, std::uint64_t number) {
  const auto event = payment(numbered_id(account, "account"), number);
  const auto result = runtime.execute(
      ReceivePayment{event.account_id, event.payment_id, event.amount, event.reference, event.received_at});
  if (!result) check(false, &result.error().error);
}

// Commands to `accounts_used` streams of `events` events each. Cold: a new runtime for each, which knows no state yet.
double commands_per_second(Context& context, std::uint64_t events, bool cold) {
  const std::uint64_t accounts_used = 20;
  const auto commands = context.amount(500);
  const auto url = context.workspace.fresh_url();
  double taken = 0;
  {
    const auto store = lasagne::open(url);
    fill(*store, events * accounts_used, accounts_used);
    lasagne::Runtime warm(*store, {accounts()});
    for (std::uint64_t i = 0; i < accounts_used; ++i) pay(warm, i, events * accounts_used + i);
    taken = seconds([&] {
      for (std::uint64_t i = 0; i < commands; ++i) {
        const auto number = (events + 1) * accounts_used + i;
        if (cold) {
          lasagne::Runtime runtime(*store, {accounts()});
          pay(runtime, i % accounts_used, number);
        } else {
          pay(warm, i % accounts_used, number);
        }
      }
    });
  }
  context.workspace.remove(url);
  return static_cast<double>(commands) / taken;
}

}  // namespace

void bench_command(Context& context) {
  for (const std::uint64_t events : {10U, 1'000U}) {
    for (const bool cold : {false, true}) {
      const auto name =
          fmt::format("stream of {} events, {}", events, cold ? "folded from the store" : "state in the cache");
      context.add(measure(named("command", name, "commands/s"), context.settings.repetitions,
                          [&] { return commands_per_second(context, events, cold); }));
    }
  }
}

}  // namespace bench
