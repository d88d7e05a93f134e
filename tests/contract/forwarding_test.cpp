// The contract of a store that another one stands in front of, which changes nothing.
#include "contract/log_store_fixture.hpp"
#include "lasagne/forwarding_store.hpp"
#include "store/memory/memory_backing.hpp"

namespace {

using namespace lasagne;

class ForwardingFixture final : public lasagne::testing::StoreFixture {
 public:
  explicit ForwardingFixture(std::unique_ptr<StoreFixture> real) : real_(std::move(real)) { forward(); }
  Store& store() override { return *store_; }
  void reopen() override {
    real_->reopen();
    forward();
  }
  void advance(Duration by) override { real_->advance(by); }

 private:
  void forward() { store_ = std::make_unique<ForwardingStore>(real_->store()); }

  std::unique_ptr<StoreFixture> real_;
  std::unique_ptr<ForwardingStore> store_;
};

std::unique_ptr<lasagne::testing::StoreFixture> forwarding_to_memory() {
  std::shared_ptr<detail::Backing> kept = std::make_shared<detail::MemoryBacking>();
  return std::make_unique<ForwardingFixture>(
      std::make_unique<lasagne::testing::LogStoreFixture>([kept] { return kept; }, detail::LogStoreLimits{}));
}

class Counted final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    ++appends;
    return ForwardingStore::append(commit, await);
  }
  int appends = 0;
};

TEST(ForwardingStore, OneOverrideOfAppendSeesEveryCommit) {
  Counted store(open("memory:"));
  NewMessage message;
  message.id = Uuid::generate();
  message.type = "Happened";
  message.data = "{}";
  message.data = "{}";
  Commit commit;
  commit.appends = {{"stream", ExpectedRevision::any(), {message}}};
  ASSERT_TRUE(store.append(commit, Await::durable));
  ASSERT_TRUE(store.append_taking(commit, Await::durable));
  EXPECT_EQ(store.appends, 2);
}

}  // namespace

LASAGNE_STORE_CONTRACT(Forwarding, forwarding_to_memory)
