// What a benchmark measured: our figure, the limit of this machine beside it, and their ratio.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bench {

// Of several repetitions.
struct Spread {
  double median = 0;
  double lowest = 0;
  double highest = 0;
};

[[nodiscard]] Spread spread_of(std::vector<double> values);

struct Figure {
  std::string group;
  std::string name;
  std::string unit;
  Spread value;
  std::string limit_name;  // what it is held against; empty: nothing
  std::optional<Spread> limit;
  std::optional<Spread> ratio;   // of each repetition's two figures, which ran one right after the other
  std::optional<double> target;  // of the ratio
  bool at_most = false;          // the target is an upper bound
};

// A figure that is yet to be measured, and one that is known.
[[nodiscard]] Figure named(std::string group, std::string name, std::string unit);
[[nodiscard]] Figure known(std::string group, std::string name, std::string unit, Spread value);

// Measures `ours` and `limit` in turn, so that whatever else this machine does meets both alike.
[[nodiscard]] Figure compare(Figure figure, unsigned repetitions, const std::function<double()>& ours,
                             const std::function<double()>& limit);
[[nodiscard]] Figure measure(Figure figure, unsigned repetitions, const std::function<double()>& ours);

// Seconds that `work` takes.
[[nodiscard]] double seconds(const std::function<void()>& work);

// The value below which this share of the values lies. `values` must not be empty.
[[nodiscard]] double percentile(std::vector<double> values, double share);

}  // namespace bench
