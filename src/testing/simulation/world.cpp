#include "testing/simulation/world.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "runtime/processor_set.hpp"
#include "runtime/runtime_impl.hpp"
#include "store/log/log_store.hpp"
#include "testing/simulation/faulty_handlers.hpp"
#include "testing/simulation/log_check.hpp"

namespace lasagne::testing::detail {

using lasagne::detail::Batch;
using lasagne::detail::LogStore;
using lasagne::detail::LogStoreLimits;
using lasagne::detail::make_processors;
using lasagne::detail::MemoryBacking;
using lasagne::detail::Processor;
using lasagne::detail::Registry;
using lasagne::detail::RuntimeImpl;
using lasagne::detail::RuntimeLog;

std::vector<std::vector<std::size_t>> sessions_of(const Scenario& scenario) {
  std::vector<std::vector<std::size_t>> sessions;
  std::map<std::string, std::size_t> by_name;
  for (std::size_t i = 0; i < scenario.commands.size(); ++i) {
    const auto& name = scenario.commands[i].session;
    const auto at = name.empty() ? sessions.size() : by_name.emplace(name, sessions.size()).first->second;
    if (at == sessions.size()) sessions.emplace_back();
    sessions[at].push_back(i);
  }
  return sessions;
}

std::size_t count_processors(const Scenario& scenario) {
  lasagne::detail::StateCache cache;
  const Registry registry(scenario.modules());
  const auto store = open("memory:");
  return make_processors(*store, registry, cache, RuntimeLog()).size();
}

World::World(const Scenario& scenario, const SimulatorOptions& options, const Schedule& schedule,
             const Between& between)
    : scenario_(scenario),
      options_(options),
      schedule_(schedule),
      between_(between),
      commands_(sessions_of(scenario)),
      skews_(options.nodes + 1),
      backing_(std::make_shared<MemoryBacking>()),
      store_(*this),
      sessions_(commands_.size()) {
  if (scenario.before_run) scenario.before_run();
  backing_->before_write([this](const Batch& batch) -> Result<void> {
    if (next_ < outage_until_ && !resting_) return fail(ErrorCode::unavailable, "simulated outage of the database");
    if (!disk_fails_) return {};
    if (*std::exchange(disk_fails_, std::nullopt)) (void)backing_->write(batch);
    disk_failed_ = true;
    return fail(ErrorCode::failed, "simulated failure of the disk");
  });
  open();
  for (std::size_t i = 0; i < options.nodes; ++i) nodes_.push_back(start_node(i));
  lags_until_.resize(nodes_[0]->processors.size());
}

World::~World() = default;

SimulationResult World::run() {
  while (next_ < schedule_.steps.size()) take(schedule_.steps[next_++]);
  result_.steps = schedule_.steps.size();
  rest();
  std::set<Uuid> late;
  for (const auto& [id, times] : late_) late.insert(id);
  auto log = check_log(*real_, std::move(late));
  for (auto& problem : log.problems) violation(std::move(problem));
  check_parked();
  check_acknowledged();
  for (auto& problem : scenario_.audit(*real_)) violation(std::move(problem));
  result_.log_digest = std::move(log.digest);
  return std::move(result_);
}

void World::open() {
  // Small, so that short runs come to what these limits do.
  LogStoreLimits small;
  small.cached_streams = 8;
  small.tail_messages = 16;
  small.recent_messages_per_stream = 2;
  small.recent_ids_per_stream = WorldLimits::recent_ids;
  small.unavailable_wait = std::chrono::milliseconds(0);
  real_ = *LogStore::open(backing_, [this] { return now(options_.nodes); }, small);
  store_.attach(*real_);
}

std::shared_ptr<World::Node> World::start_node(std::size_t number) {
  auto node = std::make_shared<Node>();
  node->number = number;
  node->born = all_calls_;
  if (between_) node->between = between_(store_);
  std::vector<Module> modules;
  for (const auto& module : scenario_.modules()) modules.push_back(with_faults(module, *this));
  node->registry = std::make_unique<Registry>(std::move(modules));
  Store& store = node->between ? *node->between : static_cast<Store&>(store_);
  node->processors = make_processors(store, *node->registry, node->cache, log_);
  return node;
}

void World::take(const Step& step) {
  const auto number = step.node % options_.nodes;
  switch (step.kind) {
    case Step::Kind::hop:
      take_hop(step);
      break;
    case Step::Kind::arrival:
      if (!sessions_.empty()) {
        (void)arrive(static_cast<std::size_t>(step.amount) % sessions_.size(), step.durable, step.repeated);
      }
      break;
    case Step::Kind::time:
      now_ = now_ + Duration(step.amount);
      break;
    case Step::Kind::clock:
      set_clock(step);
      break;
    case Step::Kind::flush:
      (void)real_->flush(real_->visible_position());
      break;
    case Step::Kind::pause:
      fault("node " + std::to_string(number) + " is paused for " + std::to_string(step.amount) + " steps");
      nodes_[number]->awake_at = next_ + static_cast<std::size_t>(step.amount);
      break;
    case Step::Kind::lag: {
      const auto processor = step.processor % lags_until_.size();
      fault("everybody's " + nodes_[0]->processors[processor]->name() + " falls behind for " +
            std::to_string(step.amount) + " steps");
      lags_until_[processor] = next_ + static_cast<std::size_t>(step.amount);
      break;
    }
    case Step::Kind::retry_parked:
      retry_parked(*nodes_[number]);
      break;
    case Step::Kind::node_crash:
      crash("node " + std::to_string(number) + " crashes");
      crash_node(number);
      break;
    case Step::Kind::machine_crash:
      crash_machine("the machine crashes and loses what was not flushed", true);
      break;
    case Step::Kind::disk_failure:
      disk_fails_ = step.amount % 2 != 0;
      break;
    case Step::Kind::outage:
      fault("the database is away for " + std::to_string(step.amount) + " steps");
      outage_until_ = next_ + static_cast<std::size_t>(step.amount);
      break;
    case Step::Kind::again:
      if (!sessions_.empty()) arrive_again(static_cast<std::size_t>(step.amount) % sessions_.size(), step.which);
      break;
  }
  if (disk_failed_) crash_machine("a flush fails: the store is opened again", true);
}

void World::take_hop(const Step& step) {
  const auto node = nodes_[step.node % options_.nodes];
  const auto processor = step.processor % node->processors.size();
  if (node->asleep || node->awake_at > next_ || lags_until_[processor] > next_) return;
  (void)hop(node, processor, &step);
}

// True if it did something.
bool World::hop(const std::shared_ptr<Node>& node, std::size_t processor, const Step* step) {
  ++effort_;
  HopUnderWay under_way{*node, node->processors[processor]->name(), step, now(node->number), {}, {}};
  hop_ = &under_way;
  bool worked = true;
  try {
    const auto stepped = node->processors[processor]->step(under_way.began);
    worked = !stepped || *stepped;
  } catch (const NodeCrash&) {
    if (!node->dead) crash_node(node->number);
  }
  hop_ = nullptr;
  return worked;
}

void World::crash_node(std::size_t number) {
  nodes_[number]->dead = true;
  nodes_[number] = start_node(number);
}

void World::crash_machine(const std::string& why, bool counted) {
  if (counted) crash(why);
  disk_failed_ = false;
  disk_fails_.reset();
  open();
  passed_.clear();
  timers_.clear();
  answered_.clear();
  const auto set = real_->due_timers({std::numeric_limits<std::int64_t>::max()}, WorldLimits::timers);
  for (const auto& timer : *set) timers_[timer.key] = {timer.message.id, timer.due};
  for (std::size_t i = 0; i < nodes_.size(); ++i) crash_node(i);
  hear_of_the_crash();
}

void World::set_clock(const Step& step) {
  const auto clock = step.node % skews_.size();
  const Duration skew{step.amount};
  fault("the clock of " + (clock == options_.nodes ? std::string("the store") : "node " + std::to_string(clock)) +
        " jumps by " + std::to_string((skew - skews_[clock]).count()) + " us");
  skews_[clock] = skew;
}

// What somebody does who looks after the parked messages, at one of the nodes.
void World::retry_parked(Node& node) {
  std::optional<RuntimeImpl> started;
  try {
    started.emplace(store_, scenario_.modules(), RuntimeOptions{[&] { return now(node.number); }});
  } catch (const std::runtime_error&) {
    return;  // the database is away: they come again
  }
  auto& runtime = *started;
  const auto parked = runtime.parked(1000);
  if (!parked) return;
  for (const auto& view : *parked) {
    if (view.entry.status != ParkedMessage::Status::parked) continue;
    calls_.erase({view.entry.processor, view.entry.position});  // also where nobody knows whether it is sent back
    if (runtime.settle_parked(view.entry.processor, view.entry.position, false, {})) {
      note("node " + std::to_string(node.number) + ": the message at position " + std::to_string(view.entry.position) +
           ", parked for " + view.entry.processor + ", is sent back for another attempt");
    }
  }
  for (const auto& processor : node.processors) processor->reload();
}

void World::note(const std::string& text) {
  result_.trace.push_back((resting_ ? std::string("at rest: ") : "step " + std::to_string(next_) + ": ") + text);
}

void World::fault(const std::string& text) {
  ++result_.faults;
  note(text);
}

void World::crash(const std::string& text) {
  ++result_.crashes;
  note(text);
}

void World::violation(std::string text) {
  if (result_.violations.size() < WorldLimits::violations) result_.violations.push_back(std::move(text));
}

}  // namespace lasagne::testing::detail
