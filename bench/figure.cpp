#include "figure.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace bench {

Spread spread_of(std::vector<double> values) {
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

Figure named(std::string group, std::string name, std::string unit) {
  Figure figure;
  figure.group = std::move(group);
  figure.name = std::move(name);
  figure.unit = std::move(unit);
  return figure;
}

Figure known(std::string group, std::string name, std::string unit, Spread value) {
  Figure figure = named(std::move(group), std::move(name), std::move(unit));
  figure.value = value;
  return figure;
}

Figure compare(Figure figure, unsigned repetitions, const std::function<double()>& ours,
               const std::function<double()>& limit) {
  std::vector<double> values;
  std::vector<double> limits;
  std::vector<double> ratios;
  for (unsigned i = 0; i < repetitions; ++i) {
    limits.push_back(limit());
    values.push_back(ours());
    ratios.push_back(values.back() / limits.back());
  }
  figure.value = spread_of(std::move(values));
  figure.limit = spread_of(std::move(limits));
  figure.ratio = spread_of(std::move(ratios));
  return figure;
}

Figure measure(Figure figure, unsigned repetitions, const std::function<double()>& ours) {
  std::vector<double> values;
  for (unsigned i = 0; i < repetitions; ++i) values.push_back(ours());
  figure.value = spread_of(std::move(values));
  return figure;
}

double seconds(const std::function<void()>& work) {
  const auto started = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

double percentile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::min(values.size(), std::max<std::size_t>(rank, 1)) - 1];
}

}  // namespace bench
