#include "runtime/runtime_impl.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "runtime/adoption.hpp"
#include "runtime/processor_set.hpp"
#include "runtime/start_checks.hpp"

namespace lasagne::detail {

namespace {

Store& writable(Store& store) {
  if (store.read_only()) {
    throw std::invalid_argument(
        "a runtime needs a store that it can write to, and this one was opened read-only: open it without read_only, "
        "or read the store itself");
  }
  return store;
}

}  // namespace

RuntimeImpl::RuntimeImpl(Store& store, std::vector<Module> modules, RuntimeOptions options)
    : store_(writable(store)),
      rounds_until_idle_(options.rounds_until_idle),
      log_(std::move(options.log)),
      clock_(
          options.clock ? std::move(options.clock) : [&store] { return store.now(); }, log_),
      registry_(std::move(modules)),
      processors_(make_processors(store_, registry_, cache_, log_)),
      loops_(store_, processors_, clock_, log_, std::move(options.failed)) {
  adopt_unqualified(store_, registry_);
}

bool RuntimeImpl::runs(const std::string& processor) const {
  return std::ranges::any_of(processors_, [&](const auto& each) { return each->name() == processor; });
}

void RuntimeImpl::tell_what_nobody_serves() {
  std::vector<LogEntry> entries;
  std::call_once(
      told_, [&] { entries = what_nobody_serves(store_, registry_, [this](const auto& name) { return runs(name); }); });
  for (const auto& entry : entries) log_(entry);
}

// What is recorded from here on is after it for everybody, also where the store is away now: the first steps record the
// same places.
void RuntimeImpl::record_starts() {
  const Position end = store_.visible_position();
  for (const auto& processor : processors_) processor->start_at(end);
  for (const auto& processor : processors_) {
    if (!processor->record_start()) return;  // which takes its time: ten seconds of a store that is away
  }
}

void RuntimeImpl::start() {
  tell_what_nobody_serves();
  record_starts();
  loops_.start();
}

Result<void> RuntimeImpl::run_until_idle() {
  tell_what_nobody_serves();
  record_starts();
  return loops_.run_until_idle(rounds_until_idle_);
}

}  // namespace lasagne::detail
