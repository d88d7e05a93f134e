// The engine alone: hops on one thread over the memory store, and what a message costs there.
#include <algorithm>
#include <cstdlib>
#include <new>

#include "context.hpp"
#include "lasagne/json.hpp"
#include "lasagne/runtime.hpp"
#include "workload.hpp"

namespace {

thread_local std::uint64_t allocations = 0;  // of this thread

}  // namespace

// Counted for the whole program; the count costs next to nothing.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace bench {

namespace {

constexpr std::uint64_t walks = 500;

struct Walked {
  double messages_per_second = 0;
  double allocations_per_message = 0;
};

// `walks` processes of `steps` steps, all at once.
Walked walk(std::uint64_t steps) {
  const auto store = lasagne::open("memory:");
  lasagne::Runtime runtime(*store, {lasagne::Module{"walks"}.decider<Walk>().saga<WalkSaga>()});
  lasagne::Commit commit;
  auto& bus = commit.appends.emplace_back(lasagne::Append{"walks__commands", lasagne::ExpectedRevision::any(), {}});
  for (std::uint64_t i = 0; i < walks; ++i) {
    const auto id = numbered_id(i, "walk");
    bus.messages.push_back({numbered_id(i, "first step"),
                            lasagne::MessageKind::command,
                            std::string(lasagne::type_name<TakeStep>),
                            lasagne::to_json(TakeStep{id, steps, {}}),
                            {id, {}, {}}});
  }
  value_of(store->append(commit, lasagne::Await::durable));
  const auto allocated = allocations;
  const double taken = seconds([&] { value_of(runtime.run_until_idle()); });
  const auto messages = static_cast<double>(store->visible_position() - walks);
  return {messages / taken, static_cast<double>(allocations - allocated) / messages};
}

}  // namespace

void bench_hop(Context& context) {
  const auto steps = std::max<std::uint64_t>(context.amount(200), 10);
  Walked last;
  context.add(measure(named("hop", "engine alone on the memory store, one thread", "messages/s"),
                      context.settings.repetitions, [&] {
                        last = walk(steps);
                        return last.messages_per_second;
                      }));
  const double each = last.allocations_per_message;
  context.add(known("hop", "allocations", "a message", {each, each, each}));
}

}  // namespace bench
