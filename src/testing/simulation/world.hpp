// One run: nodes over one store, in one thread, driven by a schedule.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lasagne/testing/simulator.hpp"
#include "runtime/processor.hpp"
#include "runtime/registry.hpp"
#include "runtime/runtime_log.hpp"
#include "runtime/state_cache.hpp"
#include "store/memory/memory_backing.hpp"
#include "testing/simulation/faulty_store.hpp"
#include "testing/simulation/schedule.hpp"

namespace lasagne::testing::detail {

// For tests of the simulator: puts a store of their own between the nodes and the faulty one.
using Between = std::function<std::unique_ptr<Store>(Store& faulty)>;

struct WorldLimits {
  static constexpr std::size_t violations = 100;
  static constexpr std::size_t rest_rounds = 20'000;  // of all nodes, until everything must have come to rest
  static constexpr std::size_t timers = 1'000'000;    // set at a time
  static constexpr int retries_of_parked = 20;
  static constexpr std::size_t recent_ids = 8;  // that a bus remembers, so that many are forgotten
};

// The sessions of a scenario: the indices of their commands.
[[nodiscard]] std::vector<std::vector<std::size_t>> sessions_of(const Scenario& scenario);
// The processors that a node has for these modules.
[[nodiscard]] std::size_t count_processors(const Scenario& scenario);

class World final : private FaultPoints {
 public:
  World(const Scenario& scenario, const SimulatorOptions& options, const Schedule& schedule, const Between& between);
  ~World() override;

  SimulationResult run();
  // How often a processor stepped: what the run cost.
  [[nodiscard]] std::size_t effort() const noexcept { return effort_; }

 private:
  // One process running all modules.
  struct Node {
    std::size_t number = 0;
    std::unique_ptr<Store> between;
    lasagne::detail::StateCache cache;
    std::unique_ptr<lasagne::detail::Registry> registry;
    std::vector<std::unique_ptr<lasagne::detail::Processor>> processors;
    bool asleep = false;       // paused in the middle of a hop
    bool dead = false;         // crashed, while asleep
    std::size_t awake_at = 0;  // paused between hops until this step
    std::size_t born = 0;      // after so many calls of effects
  };
  // The hop under way.
  struct HopUnderWay {
    Node& node;
    const std::string& processor;
    const Step* step = nullptr;  // null at rest: without faults
    Timestamp began;             // by the node's clock: what is due in this hop
    struct TimersWanted {
      std::vector<std::string> cancelled;  // keys, as the handler has them
      std::vector<std::string> set;        // after that
    };
    std::map<Position, TimersWanted> wanted;  // for each message that was handled
    std::vector<std::string> cancelled;       // by the commits so far
    std::uint32_t commits = 0;
    std::uint32_t handlers = 0;
    std::uint32_t reads = 0;
  };
  // Of an effect at a message.
  struct Attempt {
    std::size_t first = 0;  // of all calls
    std::size_t calls = 0;
  };
  struct SetTimer {
    Uuid message_id;
    Timestamp due;
  };
  struct Session {
    std::size_t next = 0;  // of its commands
    bool refused = false;  // that one, for good
    struct Unheard {
      std::size_t number = 0;
      Position position = 0;
    };
    std::deque<Unheard> unheard;  // visible, and not acknowledged
  };

  // world.cpp
  void open();
  std::shared_ptr<Node> start_node(std::size_t number);
  void take(const Step& step);
  void take_hop(const Step& step);
  bool hop(const std::shared_ptr<Node>& node, std::size_t processor, const Step* step);
  void crash_node(std::size_t number);
  void crash_machine(const std::string& why, bool counted);
  void set_clock(const Step& step);
  void retry_parked(Node& node);
  [[nodiscard]] Timestamp now(std::size_t clock) const { return now_ + skews_[clock]; }

  // arrivals.cpp
  // An error when the store refused the session's next command, which then stays the next one.
  Result<void> arrive(std::size_t session, bool durable, bool repeated);
  [[nodiscard]] Commit arrival(std::size_t command);
  void arrive_again(std::size_t session, std::size_t number);
  [[nodiscard]] bool is_remembered(const Commit& arrival);
  void hear_of_the_crash();

  // fault_points.cpp
  Result<Committed> commit(const Commit& commit, Await await) override;
  std::optional<Error> before_read() override;
  std::size_t slice(std::size_t limit) override;
  void before_effect(const Message& message) override;
  void before_handler() override;
  void after_handler() override;
  void reacted(const Message& message, const lasagne::detail::Outbox& outbox) override;
  Result<Committed> write(const Commit& commit, Await await);
  void check_written(const Commit& commit);
  void check_answered(const Commit& commit, const Commit::ParkedId& id);
  void check_attempt(const std::string& call, const ParkedMessage& held);
  void check_cancelled(const Commit& commit);
  void check_ids(const Commit& commit);
  Result<Committed> write_with(Fault fault, const Commit& commit, Await await);
  void sleep_as_zombie();
  [[nodiscard]] bool strikes(bool (*hits)(Fault), std::uint32_t& count);
  void count(Fault fault);
  [[nodiscard]] std::string who() const;

  // rest.cpp
  void rest();
  void send_the_rest(std::size_t session);
  void settle(Timestamp end);
  std::optional<Timestamp> next_due();
  void check_restart(Timestamp end);
  void check_parked();
  void check_acknowledged();

  void note(const std::string& text);
  void fault(const std::string& text);
  void crash(const std::string& text);
  void violation(std::string text);

  const Scenario& scenario_;
  const SimulatorOptions& options_;
  const Schedule& schedule_;
  const Between& between_;
  const lasagne::detail::RuntimeLog log_;                 // tells nobody
  const std::vector<std::vector<std::size_t>> commands_;  // of each session
  SimulationResult result_;

  Timestamp now_ = simulation_start;
  std::vector<Duration> skews_;  // of each node's clock, and of the store's
  std::shared_ptr<lasagne::detail::MemoryBacking> backing_;
  std::unique_ptr<Store> real_;
  std::optional<bool> disk_fails_;  // at the next write; whether that is kept
  bool disk_failed_ = false;
  std::size_t outage_until_ = 0;  // step
  FaultyStore store_;
  std::vector<std::shared_ptr<Node>> nodes_;
  std::vector<std::size_t> lags_until_;  // the step, for each processor
  std::vector<Session> sessions_;
  std::map<std::string, Position> passed_;  // the checkpoints as they moved
  std::map<std::string, SetTimer> timers_;  // those that are set, by key
  std::map<Uuid, std::size_t> late_;        // how often a command came again when its bus had forgotten its id
  // Of effects: the attempts at each message, by its key as it is held and their number, and what was settled.
  std::map<std::pair<std::string, Position>, std::map<std::pair<std::string, std::uint32_t>, Attempt>> calls_;
  std::size_t all_calls_ = 0;
  std::set<std::pair<std::string, Position>> answered_;
  std::map<Uuid, Uuid> made_;  // the ids of what was made of a message, by what that was
  HopUnderWay* hop_ = nullptr;
  std::size_t next_ = 0;  // step
  std::size_t rest_rounds_ = 0;
  std::size_t effort_ = 0;
  bool resting_ = false;
};

}  // namespace lasagne::testing::detail
