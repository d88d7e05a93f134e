#include "lasagne/testing/simulator.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "runtime/processor_set.hpp"
#include "store/log/log_store.hpp"
#include "store/memory/memory_backing.hpp"
#include "testing/faulty_store.hpp"

namespace lasagne::testing {

namespace detail {

Result<Committed> FaultyStore::append(const Commit& commit, Await await) {
  switch (on_commit ? on_commit() : CommitFault::none) {
    case CommitFault::none: return real_->append(commit, await);
    case CommitFault::crash_before: throw NodeCrash{};
    case CommitFault::crash_after:
      (void)real_->append(commit, await);
      throw NodeCrash{};
    case CommitFault::conflict: return fail(ErrorCode::conflict, "simulated conflict");
    case CommitFault::unavailable: return fail(ErrorCode::unavailable, "simulated outage");
    case CommitFault::unknown_committed:
      (void)real_->append(commit, await);
      return fail(ErrorCode::commit_unknown, "simulated unknown outcome");
    case CommitFault::unknown_lost: return fail(ErrorCode::commit_unknown, "simulated unknown outcome");
  }
  return real_->append(commit, await);
}

namespace {

using lasagne::detail::LogStore;
using lasagne::detail::LogStoreLimits;
using lasagne::detail::make_processors;
using lasagne::detail::MemoryBacking;
using lasagne::detail::Processor;
using lasagne::detail::Registry;
using lasagne::detail::StateCache;

constexpr std::uint64_t duplicate_per_mille = 150;
constexpr std::uint64_t read_fault_per_mille = 5;
constexpr std::size_t rest_rounds = 1'000'000;
constexpr int operator_rounds = 20;  // how often parked messages are sent back at the end

// One process running all modules.
struct Node {
  Node(Store& store, std::vector<Module> modules)
      : registry(std::move(modules)), processors(make_processors(store, registry, cache, {})) {}
  StateCache cache;
  Registry registry;
  std::vector<std::unique_ptr<Processor>> processors;
  bool paused = false;
};

class Simulation {
 public:
  Simulation(const Scenario& scenario, const SimulatorOptions& options)
      : scenario_(scenario), options_(options), random_(options.seed), backing_(std::make_shared<MemoryBacking>()) {
    store_.on_commit = [this] { return next_fault(); };
    store_.on_read = [this] { return in_processor_ && chance(read_fault_per_mille) && count_fault("a handler throws"); };
    store_.on_slice = [this](std::size_t limit) { return faulting_ ? 1 + draw(limit) : limit; };
    open();
    for (std::size_t i = 0; i < options.nodes; ++i) nodes_.push_back(start_node());
    for (std::size_t i = 0; i < scenario.commands.size(); ++i) waiting_.push_back(i);
  }

  SimulationResult run() {
    for (; result_.steps < options_.steps; ++result_.steps) step();
    faulting_ = false;
    rest();
    result_.violations = scenario_.audit(store_);
    const auto parked = real_->parked({}, 0, 100);
    for (const auto& entry : *parked) {
      result_.violations.push_back("still parked for " + entry.processor + ": " + entry.error);
    }
    result_.log_digest = digest();
    return std::move(result_);
  }

 private:
  // Not std::uniform_int_distribution, whose results differ between libraries.
  std::uint64_t draw(std::uint64_t below) { return below == 0 ? 0 : random_() % below; }
  bool chance(std::uint64_t per_mille) { return faulting_ && draw(1000) < per_mille; }

  void note(const std::string& text) { result_.trace.push_back("step " + std::to_string(result_.steps) + ": " + text); }
  bool count_fault(const std::string& text) {
    if (result_.faults + result_.crashes >= options_.most_faults) return false;
    ++result_.faults;
    note(text);
    return true;
  }
  bool count_crash(const std::string& text) {
    if (result_.faults + result_.crashes >= options_.most_faults) return false;
    ++result_.crashes;
    note(text);
    return true;
  }

  CommitFault next_fault() {
    if (!in_processor_ || !chance(options_.faults_per_mille)) return CommitFault::none;
    static constexpr std::pair<CommitFault, const char*> faults[] = {
        {CommitFault::crash_before, "crash before the commit"},   {CommitFault::crash_after, "crash after the commit"},
        {CommitFault::conflict, "conflict"},                      {CommitFault::unavailable, "unavailable"},
        {CommitFault::unknown_committed, "unknown, committed"},   {CommitFault::unknown_lost, "unknown, not committed"}};
    const auto& [fault, name] = faults[draw(std::size(faults))];
    const bool crash = fault == CommitFault::crash_before || fault == CommitFault::crash_after;
    const auto text = stepping_ + ": " + name;
    return (crash ? count_crash(text) : count_fault(text)) ? fault : CommitFault::none;
  }

  void open() {
    LogStoreLimits small;
    small.cached_streams = 8;
    small.tail_messages = 16;
    small.recent_messages_per_stream = 2;
    real_ = *LogStore::open(backing_, [this] { return now_; }, small);
    store_.attach(real_.get());
  }
  std::unique_ptr<Node> start_node() { return std::make_unique<Node>(store_, scenario_.modules()); }

  void step() {
    const auto dice = draw(1000);
    if (dice < 880) {
      step_processor();
    } else if (dice < 940) {
      deliver();
    } else if (dice < 965) {
      now_ = now_ + Duration(static_cast<std::int64_t>(draw(2'000'000)));
    } else if (dice < 975) {
      (void)store_.flush(store_.visible_position());
    } else if (dice < 980) {
      now_ = now_ - Duration(static_cast<std::int64_t>(draw(1'000'000)));
    } else if (dice < 990) {
      auto& node = nodes_[draw(nodes_.size())];
      node->paused = !node->paused;
    } else if (dice < 996) {
      if (count_crash("a node crashes")) nodes_[draw(nodes_.size())] = start_node();
    } else if (count_crash("the machine crashes and loses what was not flushed")) {
      nodes_.clear();
      open();
      for (std::size_t i = 0; i < options_.nodes; ++i) nodes_.push_back(start_node());
      // Whoever sent a command that was not acknowledged sends it again.
      std::ranges::move(unacknowledged_, std::back_inserter(waiting_));
      unacknowledged_.clear();
    }
  }

  void step_processor() {
    const auto index = draw(nodes_.size());
    auto& node = nodes_[index];
    const auto which = draw(node->processors.size());
    if (node->paused) return;
    step_one(node, *node->processors[which], index);
  }

  // True if it did something.
  bool step_one(std::unique_ptr<Node>& node, Processor& processor, std::size_t index) {
    stepping_ = "node " + std::to_string(index) + " " + processor.name();
    in_processor_ = true;
    bool worked = true;
    try {
      const auto stepped = processor.step(now_);
      worked = stepped && *stepped;
    } catch (const NodeCrash&) {
      node = start_node();
    } catch (const std::exception&) {
      // A fault of a read outside any handler.
    }
    in_processor_ = false;
    return worked;
  }

  void deliver() {
    if (waiting_.empty()) return;
    // Mostly in order: sometimes one overtakes another.
    const auto at = chance(200) ? draw(std::min<std::size_t>(waiting_.size(), 5)) : 0;
    const auto index = waiting_[at];
    const auto& command = scenario_.commands[index];
    const auto id = Uuid::derive(Uuid{}, "simulated command " + std::to_string(index));
    Commit commit;
    commit.appends.push_back({std::string(nodes_[0]->registry.bus_of(command.type)), ExpectedRevision::any(),
                              {{id, MessageKind::command, command.type, command.data, {id, {}, {}}}}});
    const bool durable = draw(2) == 0;
    if (!real_->append(commit, durable ? Await::durable : Await::visible)) return;
    if (chance(duplicate_per_mille) && count_fault("a command arrives twice")) (void)real_->append(commit, Await::visible);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(at));
    if (durable) {
      unacknowledged_.clear();  // the flush took along all before
    } else {
      unacknowledged_.push_back(index);
    }
  }

  // Without faults, until nothing is left to do at any time.
  void rest() {
    const auto end = now_ + options_.patience;
    for (auto& node : nodes_) node->paused = false;
    while (!waiting_.empty()) deliver();
    int rounds = 0;
    for (std::size_t i = 0; i < rest_rounds; ++i) {
      bool worked = false;
      for (std::size_t n = 0; n < nodes_.size(); ++n) {
        for (std::size_t p = 0; p < nodes_[n]->processors.size(); ++p) {
          worked = step_one(nodes_[n], *nodes_[n]->processors[p], n) || worked;
        }
      }
      if (worked) continue;
      if (const auto due = next_due(); due && *due <= end) {
        now_ = std::max(now_, *due);
      } else if (!due && rounds++ < operator_rounds && send_back_parked()) {
        continue;
      } else {
        return;
      }
    }
  }

  std::optional<Timestamp> next_due() {
    std::optional<Timestamp> earliest;
    for (const auto& node : nodes_) {
      for (const auto& processor : node->processors) {
        const auto due = processor->next_due();
        if (due && *due && (!earliest || **due < *earliest)) earliest = **due;
      }
    }
    return earliest;
  }

  // What an operator does once the faults are mended.
  bool send_back_parked() {
    const auto entries = real_->parked({}, 0, 1000);
    bool any = false;
    for (auto entry : *entries) {
      if (entry.status != ParkedMessage::Status::parked) continue;
      entry.status = ParkedMessage::Status::retrying;
      entry.next_attempt = now_;
      entry.attempts = 0;
      Commit commit;
      commit.parked_removed.push_back({entry.processor, entry.position});
      commit.parked_put.push_back(std::move(entry));
      any = real_->append(commit, Await::visible).has_value() || any;
    }
    for (const auto& node : nodes_) {
      for (const auto& processor : node->processors) processor->reload();
    }
    return any;
  }

  std::string digest() {
    Uuid sum;
    for (Position after = 0;;) {
      const auto slice = real_->read_all(after, {}, 1000);
      for (const auto& message : slice->messages) {
        sum = Uuid::derive(sum, message->stream + message->type + message->data + message->id.to_string() +
                                    message->recorded_at.to_string());
      }
      if (slice->scanned_to == after) return sum.to_string();
      after = slice->scanned_to;
    }
  }

  const Scenario& scenario_;
  const SimulatorOptions options_;
  std::mt19937_64 random_;
  Timestamp now_{1'700'000'000'000'000};
  std::shared_ptr<MemoryBacking> backing_;
  std::unique_ptr<Store> real_;
  FaultyStore store_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::size_t> waiting_;
  std::vector<std::size_t> unacknowledged_;
  std::string stepping_;
  bool in_processor_ = false;
  bool faulting_ = true;
  SimulationResult result_;
};

}  // namespace
}  // namespace detail

SimulationResult simulate(const Scenario& scenario, const SimulatorOptions& options) {
  return detail::Simulation(scenario, options).run();
}

SimulationResult shrink(const Scenario& scenario, SimulatorOptions options) {
  auto failing = simulate(scenario, options);
  if (failing.violations.empty()) return failing;
  std::size_t passes = 0;  // the run with so many faults may pass; with `fails` it does not
  std::size_t fails = failing.faults + failing.crashes;
  options.most_faults = 0;
  if (auto without = simulate(scenario, options); !without.violations.empty()) return without;
  while (fails - passes > 1) {
    options.most_faults = passes + (fails - passes) / 2;
    auto half = simulate(scenario, options);
    if (half.violations.empty()) {
      passes = options.most_faults;
    } else {
      fails = options.most_faults;
      failing = std::move(half);
    }
  }
  return failing;
}

}  // namespace lasagne::testing
