// The same tests in no framework: a failure is an exception.
#include <cstdio>

#include <lasagne/testing/specification.hpp>

#include "lamp.hpp"

int main() {
  using namespace house;
  using namespace lasagne::testing;
  const auto id = lasagne::Uuid::generate();
  given<Lamp>().when(SwitchOn{id}).then(SwitchedOn{id});
  try {
    given<Lamp>(SwitchedOn{id}).when(SwitchOn{id}).then(SwitchedOn{id});
    return 1;
  } catch (const SpecificationFailed& failed) {
    std::puts(failed.what());
  }
  const auto result = simulate_seeds(lamp_scenario(), 1, 5);
  std::fputs(result.report.c_str(), stderr);
  return result.violations.empty() && result.faults > 0 ? 0 : 1;
}
