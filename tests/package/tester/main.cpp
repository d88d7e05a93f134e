// A stranger's tests with GoogleTest: given / when / then, a simulation, and the contract of a store.
#include <gtest/gtest.h>
#include <lasagne/testing/specification.hpp>
#include <lasagne/testing/store_contract.hpp>

#include "lamp.hpp"

namespace {

using namespace house;
using namespace lasagne::testing;
using lasagne::Uuid;

TEST(Lamp, IsSwitchedOnOnce) {
  const Uuid id = Uuid::generate();
  given<Lamp>().when(SwitchOn{id}).then(SwitchedOn{id});
  given<Lamp>(SwitchedOn{id}).when(SwitchOn{id}).then_rejected("AlreadyOn");
}

TEST(Lamp, IsOnWhateverGoesWrong) {
  const auto result = simulate_seeds(lamp_scenario(), 1, 5);
  EXPECT_TRUE(result.violations.empty()) << result.report;
  EXPECT_GT(result.faults, 0U);
}

// Nothing outlasts a memory store and no test moves its clock, so the part of the contract about those is not run.
class MemoryFixture final : public StoreFixture {
 public:
  lasagne::Store& store() override { return *store_; }
  void reopen() override {}
  void advance(lasagne::Duration) override {}

 private:
  std::unique_ptr<lasagne::Store> store_ = lasagne::open("memory:");
};

}  // namespace

LASAGNE_STORE_CONTRACT(Memory, [] { return std::make_unique<MemoryFixture>(); })
