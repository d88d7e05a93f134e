// Reading back: the log, one stream, and a new processor that catches up.
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "context.hpp"
#include "lasagne/runtime.hpp"
#include "parts.hpp"
#include "raw_sqlite.hpp"
#include "workload.hpp"

namespace bench {

namespace {

constexpr std::uint64_t streams = 1'000;
constexpr std::size_t page = 4'096;

double read_all_per_second(lasagne::Store& store) {
  std::uint64_t messages = 0;
  const double taken = seconds([&] {
    for (lasagne::Position after = 0;;) {
      const auto slice = value_of(store.read_all(after, {}, page));
      if (slice.messages.empty()) break;
      messages += slice.messages.size();
      after = slice.scanned_to;
    }
  });
  return static_cast<double>(messages) / taken;
}

double streams_per_second(lasagne::Store& store, std::uint64_t count) {
  std::uint64_t messages = 0;
  const double taken = seconds([&] {
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto name = account_stream(numbered_id(i % streams, "account"));
      messages += value_of(store.read_stream(name, 0, lasagne::Direction::forwards, page)).messages.size();
    }
  });
  return static_cast<double>(messages) / taken;
}

}  // namespace

double catch_up_per_second(lasagne::Store& store, unsigned run) {
  const auto count = static_cast<double>(store.visible_position());
  lasagne::Module module{"accounts"};
  lasagne::HandlerOptions options;
  options.name = fmt::format("accounts/onlooker-{}", run);
  module.decider<Account>().subscription<Onlooker>(options);
  lasagne::Runtime runtime(store, {module});
  return count / seconds([&] { value_of(runtime.run_until_idle()); });
}

void bench_read(Context& context) {
  const auto messages = context.amount(1'000'000);
  const auto url = context.workspace.fresh_url();
  {
    const auto store = lasagne::open(url);
    fill(*store, messages, streams);
  }
  // The same rows, a row a message, for what one would write by hand.
  const auto plain_path = context.workspace.fresh_path();
  if (context.workspace.on_disk()) {
    const auto rows = rows_of(url.substr(url.find(':') + 1));
    RawLoop(plain_path).insert(rows, 0, rows.size(), 5'000);
  }
  // Opened anew, so that nothing of it is in the store's memory. The memory store keeps all of it.
  auto store = context.workspace.on_disk() ? lasagne::open(url) : lasagne::open("memory:");
  if (!context.workspace.on_disk()) fill(*store, messages, streams);

  const auto bare_select = [&] {
    RawLoop loop(plain_path);
    std::size_t rows = 0;
    const double taken = seconds([&] { rows = loop.select_all(); });
    return static_cast<double>(rows) / taken;
  };
  unsigned run = 0;
  const auto against_select = [&](Figure figure, const std::function<double()>& ours, bool has_target) {
    if (!context.workspace.on_disk()) return context.add(measure(figure, context.settings.repetitions, ours));
    figure.limit_name = "bare select of the same rows";
    if (has_target) figure.target = 0.6;
    context.add(compare(figure, context.settings.repetitions, ours, bare_select));
  };
  const auto name = [&](std::string_view what) { return fmt::format("{}, {} messages", what, messages); };
  against_select(
      named("read", name("the whole log, decoded"), "messages/s"), [&] { return read_all_per_second(*store); }, true);
  against_select(
      named("read", name("a new processor catches up"), "messages/s"),
      [&] { return catch_up_per_second(*store, ++run); }, false);
  context.add(measure(named("read", fmt::format("streams of {} messages", messages / streams), "messages/s"),
                      context.settings.repetitions, [&] { return streams_per_second(*store, context.amount(1'000)); }));
  store.reset();
  context.workspace.remove(plain_path);
  context.workspace.remove(url);
}

}  // namespace bench
