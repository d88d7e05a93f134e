#include "testing/simulation/shrink.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

namespace lasagne::testing::detail {

namespace {

// What is wrong, without the ids and numbers of whom: they differ from run to run.
std::set<std::string> kinds_of(const std::vector<std::string>& violations) {
  std::set<std::string> kinds;
  for (const auto& violation : violations) {
    std::string kind;
    std::string word;
    const auto end_word = [&] {
      if (std::ranges::none_of(word, [](unsigned char c) { return std::isdigit(c) != 0; })) kind += word;
      word.clear();
    };
    for (const char c : violation) {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
        word += c;
      } else {
        end_word();
      }
    }
    end_word();
    kinds.insert(std::move(kind));
  }
  return kinds;
}

class Shrinker {
 public:
  Shrinker(const Scenario& scenario, const SimulatorOptions& options, std::size_t most_runs, const Between& between)
      : scenario_(scenario), options_(options), between_(between), runs_left_(most_runs) {
    best_ = schedule_of(scenario, options_);
    kinds_ = kinds_of(run(scenario_, options_, best_, between_).violations);
  }

  // First what is coarse: each round leaves less for the next one.
  Schedule smallest() {
    if (kinds_.empty()) return best_;
    cut_the_end();
    for (std::size_t before = size() + 1; may_run() && size() < before;) {
      before = size();
      leave_out_steps();
      leave_out_commands();
      simplify_steps();
    }
    return best_;
  }

 private:
  [[nodiscard]] std::size_t size() const {
    std::size_t size = best_.steps.size();
    for (const auto& step : best_.steps) {
      size += (step.fault != Fault::none) + (step.slice != 0) + (step.at != 0) + step.repeated + step.durable;
    }
    for (const auto sent : best_.sent) size += sent;
    return size;
  }

  [[nodiscard]] bool may_run() const { return runs_left_ > 0 && effort_ < ShrinkLimits::effort; }

  // Takes the candidate if it still fails in one of the same ways.
  bool attempt(Schedule candidate) {
    if (!may_run()) return false;
    --runs_left_;
    const auto kinds = kinds_of(run(scenario_, options_, candidate, between_, effort_).violations);
    if (std::ranges::none_of(kinds, [&](const auto& kind) { return kinds_.contains(kind); })) return false;
    best_ = std::move(candidate);
    return true;
  }

  void cut_the_end() {
    for (std::size_t keep = best_.steps.size() / 2; keep > 0; keep /= 2) {
      auto candidate = best_;
      candidate.steps.resize(keep);
      if (!attempt(std::move(candidate))) return;
    }
    auto candidate = best_;
    candidate.steps.clear();
    (void)attempt(std::move(candidate));
  }

  void leave_out_steps() {
    for (std::size_t chunk = std::max<std::size_t>(best_.steps.size() / 2, 1); may_run(); chunk /= 2) {
      for (std::size_t at = 0; at < best_.steps.size() && may_run();) {
        auto candidate = best_;
        const auto from = candidate.steps.begin() + static_cast<std::ptrdiff_t>(at);
        candidate.steps.erase(from, from + static_cast<std::ptrdiff_t>(std::min(chunk, best_.steps.size() - at)));
        if (!attempt(std::move(candidate))) at += chunk;
      }
      if (chunk == 1) return;
    }
  }

  // A session's last commands only: what is left must be something that its sender could have sent.
  void leave_out_commands() {
    for (auto chunk = std::max<std::size_t>(best_.sent.size() / 2, 1);; chunk /= 2) {
      for (std::size_t at = 0; at < best_.sent.size() && may_run(); at += chunk) {
        auto candidate = best_;
        const auto end = std::min(at + chunk, candidate.sent.size());
        std::fill(candidate.sent.begin() + static_cast<std::ptrdiff_t>(at),
                  candidate.sent.begin() + static_cast<std::ptrdiff_t>(end), 0);
        if (candidate.sent != best_.sent) (void)attempt(std::move(candidate));
      }
      if (chunk == 1) break;
    }
    for (std::size_t session = 0; session < best_.sent.size(); ++session) {
      while (best_.sent[session] > 0 && may_run()) {
        auto candidate = best_;
        --candidate.sent[session];
        if (!attempt(std::move(candidate))) break;
      }
    }
  }

  void simplify_steps() {
    const auto try_with = [&](std::size_t i, auto change) {
      auto candidate = best_;
      change(candidate.steps[i]);
      (void)attempt(std::move(candidate));
    };
    for (std::size_t i = 0; i < best_.steps.size() && may_run(); ++i) {
      const auto step = best_.steps[i];
      if (step.fault != Fault::none) {
        try_with(i, [](Step& s) { s.fault = Fault::none; });
        if (step.fault == Fault::zombie) try_with(i, [](Step& s) { s.amount /= 2; });
      }
      if (step.slice != 0) try_with(i, [](Step& s) { s.slice = 0; });
      if (step.at != 0) try_with(i, [](Step& s) { s.at = 0; });
      if (step.repeated) try_with(i, [](Step& s) { s.repeated = false; });
      if (step.durable) try_with(i, [](Step& s) { s.durable = false; });
    }
  }

  const Scenario& scenario_;
  const SimulatorOptions& options_;
  const Between& between_;
  std::size_t runs_left_;
  std::size_t effort_ = 0;
  Schedule best_;
  std::set<std::string> kinds_;
};

}  // namespace

SimulationResult shrink(const Scenario& scenario, SimulatorOptions options, std::size_t most_runs,
                        const Between& between) {
  options.trace_hops = false;
  const auto schedule = Shrinker(scenario, options, most_runs, between).smallest();
  options.trace_hops = true;
  return run(scenario, options, schedule, between);
}

}  // namespace lasagne::testing::detail
