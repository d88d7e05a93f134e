// Orders that come again, whether their bus remembers them or not.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lasagne/testing/simulator.hpp"
#include "support/repeats_domain.hpp"

namespace repeats_domain {

// Each part of what an order causes is there as often as the order was recorded, at most, and once at least.
inline std::vector<std::string> audit(lasagne::Store& store) {
  std::map<std::string, std::map<std::string, std::size_t>> times;  // by category, by id
  const auto slice = store.read_all(0, {{}, {"Desk", "Here", "There", "Calendar"}, {}}, 1'000'000);
  if (!slice) return {slice.error().message};
  for (const auto& message : slice->messages) {
    if (message->type == lasagne::type_name<Browsed>) continue;
    ++times[std::string(lasagne::category_of(message->stream))][message->stream.substr(message->stream.find('-'))];
  }
  std::vector<std::string> problems;
  for (const auto& [id, orders] : times["Desk"]) {
    for (const char* category : {"Here", "There", "Calendar"}) {
      const auto caused = times[category][id];
      if (caused >= 1 && caused <= orders) continue;
      problems.push_back("order" + id + " was recorded " + std::to_string(orders) + " times, and " + category +
                         " has " + std::to_string(caused));
    }
  }
  return problems;
}

inline lasagne::testing::Scenario scenario(std::uint64_t seed) {
  lasagne::testing::Scenario made;
  made.modules = modules;
  made.audit = audit;
  const auto add = [&](const auto& value) {
    made.commands.push_back(lasagne::testing::command(value));
    made.commands.back().comes_again = true;
  };
  for (std::uint64_t i = 0; i < 5 + seed % 20; ++i) {
    add(Order{Uuid::derive({}, "order " + std::to_string(i)), static_cast<int>(i)});
    for (std::uint64_t other = 0; other < seed % 4; ++other) add(Browse{Uuid::derive({}, "browser")});
  }
  return made;
}

}  // namespace repeats_domain
