#include "testing/simulation/schedule.hpp"

#include <array>
#include <random>

namespace lasagne::testing::detail {

namespace {

constexpr std::uint64_t repeated_percent = 15;
constexpr std::uint64_t durable_percent = 50;
constexpr std::uint64_t slow_read_percent = 30;
constexpr std::uint64_t long_pause_steps = 600;

class Draw {
 public:
  explicit Draw(const ScheduleBounds& bounds) : bounds_(bounds), random_(bounds.seed) { mix(); }

  Schedule schedule() {
    Schedule drawn;
    drawn.sent = bounds_.sessions;
    drawn.steps.reserve(bounds_.steps);
    while (drawn.steps.size() < bounds_.steps) drawn.steps.push_back(step());
    return drawn;
  }

 private:
  // Not std::uniform_int_distribution, whose results differ between libraries.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : random_() % bound; }
  bool percent(std::uint64_t share) { return below(100) < share; }
  std::int64_t up_to(std::int64_t bound) {
    return static_cast<std::int64_t>(below(static_cast<std::uint64_t>(bound) + 1));
  }

  // Each seed has a mix of its own: a run in which everything goes wrong all the time never gets far enough for what
  // takes two rare things in a row.
  void mix() {
    fault_per_mille_ = below(2 * std::uint64_t{bounds_.faults_per_mille} + 1);
    for (auto& weight : fault_weights_) weight = std::array<std::uint64_t, 4>{0, 1, 1, 4}[below(4)];
    fault_weights_[0] = 0;
    static constexpr std::int64_t scales[] = {10'000, 1'000'000, 60'000'000, 3'600'000'000, 86'400'000'000};
    time_scale_ = scales[below(std::size(scales))];
    // By Step::Kind, of a thousand.
    others_ = {{{Step::Kind::arrival, 20 + below(80)},
                {Step::Kind::time, 5 + below(30)},
                {Step::Kind::clock, below(6)},
                {Step::Kind::flush, below(20)},
                {Step::Kind::pause, below(8)},
                {Step::Kind::lag, below(4)},
                {Step::Kind::retry_parked, below(6)},
                {Step::Kind::node_crash, below(10)},
                {Step::Kind::machine_crash, below(5)},
                {Step::Kind::disk_failure, below(3)},
                {Step::Kind::outage, below(3)},
                {Step::Kind::again, below(12)}}};
    if (bounds_.faults_per_mille > 0) return;
    for (auto& [kind, weight] : others_) {
      if (kind != Step::Kind::arrival && kind != Step::Kind::time && kind != Step::Kind::flush) weight = 0;
    }
  }

  Fault fault() {
    if (below(1000) >= fault_per_mille_) return Fault::none;
    std::uint64_t all = 0;
    for (const auto weight : fault_weights_) all += weight;
    auto at = below(all);
    for (std::size_t i = 0; i < fault_kinds; ++i) {
      if (at < fault_weights_[i]) return static_cast<Fault>(i);
      at -= fault_weights_[i];
    }
    return Fault::none;
  }

  std::int64_t some_steps() { return 1 + up_to(percent(20) ? long_pause_steps : long_pause_steps / 10); }

  Step step() {
    Step step;
    auto dice = below(1000);
    for (const auto& [kind, weight] : others_) {
      if (dice < weight) {
        step.kind = kind;
        break;
      }
      dice -= weight;
    }
    step.node = static_cast<std::uint32_t>(below(bounds_.nodes));
    step.processor = static_cast<std::uint32_t>(below(bounds_.processors));
    switch (step.kind) {
      case Step::Kind::hop:
        step.fault = fault();
        step.at = percent(80) ? 0 : static_cast<std::uint32_t>(below(6));
        if (bounds_.faults_per_mille > 0 && percent(slow_read_percent))
          step.slice = static_cast<std::uint32_t>(1 + below(8));
        step.amount = step.fault == Fault::zombie ? some_steps() : 0;
        break;
      case Step::Kind::arrival:
        step.amount = static_cast<std::int64_t>(below(bounds_.sessions.size()));
        step.repeated = bounds_.faults_per_mille > 0 && percent(repeated_percent);
        step.durable = percent(durable_percent);
        break;
      case Step::Kind::again:
        step.amount = static_cast<std::int64_t>(below(bounds_.sessions.size()));
        step.which = static_cast<std::uint32_t>(random_());
        break;
      case Step::Kind::time:
        step.amount = up_to(time_scale_);
        break;
      case Step::Kind::clock:
        step.node = static_cast<std::uint32_t>(below(bounds_.nodes + 1));
        step.amount = up_to(2 * bounds_.clock_jump.count()) - bounds_.clock_jump.count();
        break;
      case Step::Kind::disk_failure:
        step.amount = up_to(1);
        break;
      default:
        step.amount = some_steps();
    }
    return step;
  }

  const ScheduleBounds& bounds_;
  std::mt19937_64 random_;
  std::uint64_t fault_per_mille_ = 0;
  std::array<std::uint64_t, fault_kinds> fault_weights_{};
  std::array<std::pair<Step::Kind, std::uint64_t>, 12> others_{};
  std::int64_t time_scale_ = 0;
};

}  // namespace

Schedule draw_schedule(const ScheduleBounds& bounds) { return Draw(bounds).schedule(); }

std::string to_string(Fault fault) {
  switch (fault) {
    case Fault::none:
      return "nothing";
    case Fault::crash_before:
      return "crashes before the commit";
    case Fault::crash_after:
      return "crashes after the commit";
    case Fault::conflict:
      return "the store answers conflict";
    case Fault::unavailable:
      return "the store is unavailable";
    case Fault::unknown_committed:
      return "the outcome is unknown (committed)";
    case Fault::unknown_lost:
      return "the outcome is unknown (not committed)";
    case Fault::twice:
      return "the commit is delivered twice";
    case Fault::twice_retold:
      return "the commit is delivered twice, the first answer lost";
    case Fault::zombie:
      return "is paused before the commit";
    case Fault::throws_before:
      return "a handler throws before its work";
    case Fault::throws_after:
      return "a handler throws after its work";
    case Fault::throws_something:
      return "a handler throws something that is no exception";
    case Fault::gives_up:
      return "a handler fails for good after its work";
    case Fault::read_unavailable:
      return "a read finds the store unavailable";
  }
  return "nothing";
}

}  // namespace lasagne::testing::detail
