// The shop's audit over the log of a real shop, of which one thing at a time was damaged.
#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <memory>

#include "orders_module.hpp"
#include "payments_module.hpp"
#include "running_shop.hpp"
#include "shipments_module.hpp"
#include "shopping_carts_module.hpp"

namespace shop {
namespace {

using lasagne::NewMessage;
using lasagne::Position;
using lasagne::Store;

// What a store holds, to be changed and written into another one.
struct StoreContents {
  struct Entry {
    std::string stream;
    NewMessage message;
  };
  std::vector<Entry> log;
  std::map<std::string, Position> checkpoints;
  std::vector<lasagne::Timer> timers;
};

void append(Store& store, lasagne::Commit commit) {
  const auto appended = store.append(commit);
  ASSERT_TRUE(appended) << appended.error().message;
}

class DamagedLog : public ::testing::Test {
 protected:
  static const StoreContents& sound() {
    static const StoreContents contents = contents_of_a_shop();
    return contents;
  }
  static std::unique_ptr<Store> store_of(const StoreContents& contents) {
    auto store = lasagne::open("memory:");
    for (const auto& [stream, message] : contents.log) {
      lasagne::Commit commit;
      commit.appends.push_back({stream, lasagne::ExpectedRevision::any(), {message}});
      append(*store, commit);
    }
    for (const auto& [processor, position] : contents.checkpoints) {
      lasagne::Commit commit;
      commit.checkpoint = lasagne::CheckpointMove{processor, 0, position};
      append(*store, commit);
    }
    lasagne::Commit commit;
    commit.timers_set = contents.timers;
    if (!commit.timers_set.empty()) append(*store, commit);
    return store;
  }
  static void expect_violation(Store& store, const std::string& text) {
    const auto result = audit(store);
    EXPECT_TRUE(std::ranges::any_of(result.violations,
                                    [&](const auto& violation) { return violation.find(text) != std::string::npos; }))
        << "no \"" << text << "\" in " << lasagne::to_json(result);
  }
  static void expect_violation(const StoreContents& contents, const std::string& text) {
    expect_violation(*store_of(contents), text);
  }
  // The sound one without the messages of a type, which moves what stood behind them.
  static StoreContents without(std::string_view type) {
    StoreContents contents = sound();
    for (auto& [processor, checkpoint] : contents.checkpoints) {
      const auto end = contents.log.begin() + static_cast<std::ptrdiff_t>(checkpoint);
      checkpoint -= static_cast<Position>(
          std::count_if(contents.log.begin(), end, [&](const auto& entry) { return entry.message.type == type; }));
    }
    std::erase_if(contents.log, [&](const auto& entry) { return entry.message.type == type; });
    return contents;
  }

 private:
  // One order of each kind: sent, out of stock, timed out, paid wrong, and one that waits for its payment.
  static StoreContents contents_of_a_shop() {
    Shop shop;
    shop.stock(shoes, 6);
    shop.stock(hat, 1);
    shop.place_order("late");
    shop.let_time_pass(2 * time_to_pay);
    const auto sent = shop.place_order("sent");
    shop.pay(sent);
    shop.settle();
    const auto missing = shop.place_order("missing");
    shop.pay(missing);
    shop.settle();
    const auto wrong = shop.place_order("wrong");
    shop.pay(wrong, Money{1});
    shop.settle();
    shop.place_order("waiting");
    StoreContents contents;
    const auto slice = shop.store().read_all(0, {}, 100'000).value();
    for (const auto& message : slice.messages) {
      contents.log.push_back(
          {message->stream, {message->id, message->kind, message->type, message->data, message->metadata}});
    }
    const auto checkpoints = shop.store().checkpoints().value();
    for (const auto& [name, position] : checkpoints) contents.checkpoints[name] = position;
    contents.timers = shop.store().due_timers({std::numeric_limits<std::int64_t>::max()}, 100).value();
    return contents;
  }
};

TEST_F(DamagedLog, IsSoundToBeginWith) {
  const auto result = audit(*store_of(sound()));
  EXPECT_TRUE(result.violations.empty()) << lasagne::to_json(result);
  EXPECT_EQ(result.orders, 5U);
  EXPECT_EQ(result.completed, 1U);
  EXPECT_EQ(result.cancelled, 3U);
  EXPECT_EQ(result.open, 1U);
  EXPECT_GE(sound().checkpoints.size(), 9U);
  EXPECT_EQ(sound().timers.size(), 1U);
}

TEST_F(DamagedLog, ButNotOneFromBeforeNamesWereQualified) {
  auto contents = sound();
  for (auto& entry : contents.log) entry.message.type = lasagne::last_part(entry.message.type);
  for (auto& timer : contents.timers) timer.message.type = lasagne::last_part(timer.message.type);
  contents.checkpoints.clear();
  for (const auto& [name, position] : sound().checkpoints) {
    const auto type = name.rfind('/') + 1;
    contents.checkpoints[name.substr(0, type) + std::string(lasagne::last_part(name.substr(type)))] = position;
  }
  const auto store = store_of(contents);
  const auto result = audit(*store);
  EXPECT_TRUE(result.violations.empty()) << lasagne::to_json(result);
  EXPECT_EQ(result.completed, 1U);
  contents.timers.clear();
  expect_violation(contents, "waits for a payment whose timer is gone");
}

TEST_F(DamagedLog, WithACheckpointPastTheEnd) {
  for (const auto& [name, position] : sound().checkpoints) {
    if (name == "timers") continue;
    auto contents = sound();
    contents.checkpoints[name] = contents.log.size() + 1;
    expect_violation(contents, "the checkpoint of " + name + " is " + std::to_string(contents.log.size() + 1) +
                                   ", past the log's end");
  }
}

TEST_F(DamagedLog, WithACheckpointThatWasSetBack) {
  for (const auto& [name, position] : sound().checkpoints) {
    auto contents = sound();
    contents.checkpoints.erase(name);
    expect_violation(contents, "the checkpoint of " + name + " is 0, but it has handled position");
    if (!name.ends_with("/commands")) continue;
    // By one command only.
    const auto bus = name.substr(0, name.find('/')) + "__commands";
    auto last = contents.log.size();
    while (contents.log[last - 1].stream != bus) --last;
    contents.checkpoints[name] = last - 1;
    expect_violation(contents,
                     "the checkpoint of " + name + " is " + std::to_string(last - 1) + ", but it has handled");
  }
}

TEST_F(DamagedLog, WithAPaymentWhoseTimerIsGone) {
  auto contents = sound();
  contents.timers.clear();
  expect_violation(contents, "waits for a payment whose timer is gone");
}

TEST_F(DamagedLog, WithOneEffectTwiceForOneCauseAnywhereInTheLog) {
  std::size_t tried = 0;
  for (const auto& entry : sound().log) {
    if (entry.message.metadata.causation_id.is_nil()) continue;
    auto contents = sound();
    contents.log.push_back(entry);
    contents.log.back().message.id = id_of("once more");
    expect_violation(contents, "the same effect of one cause, twice");
    ++tried;
  }
  EXPECT_GT(tried, 50U);
}

TEST_F(DamagedLog, WithAProcessThatHangs) {
  expect_violation(without(lasagne::type_name<orders::OrderCompleted>), "hangs: it is open, and nothing is under way");
  expect_violation(without(lasagne::type_name<orders::OrderPaymentRecorded>),
                   "is completed without a recorded payment");
}

TEST_F(DamagedLog, ButNotWithOneThatIsUnderWay) {
  auto contents = sound();
  // The last command is not handled yet, nor what followed from it.
  const auto bus = std::string("payments__commands");
  auto last = contents.log.size();
  while (contents.log[last - 1].stream != bus) --last;
  contents.log.resize(last);
  for (auto& [name, checkpoint] : contents.checkpoints) checkpoint = std::min<Position>(checkpoint, last);
  contents.checkpoints["payments/commands"] = last - 1;
  contents.timers.clear();
  const auto result = audit(*store_of(contents));
  EXPECT_TRUE(result.violations.empty()) << lasagne::to_json(result);
  EXPECT_EQ(result.open, 1U);
}

TEST_F(DamagedLog, WithAStreamDeletedOrCutOff) {
  for (const auto& stream :
       {lasagne::stream_of<Order>(id_of("sent")), lasagne::stream_of<shipments::Shipment>(id_of("sent")),
        lasagne::stream_of<shopping_carts::ShoppingCart>(id_of("sent")), lasagne::stream_of<ProductStock>(shoes)}) {
    const auto deleted = store_of(sound());
    ASSERT_TRUE(deleted->delete_stream(stream, lasagne::ExpectedRevision::any()));
    expect_violation(*deleted, stream + " was deleted");
    const auto closed = store_of(sound());
    ASSERT_TRUE(closed->tombstone_stream(stream, lasagne::ExpectedRevision::any()));
    expect_violation(*closed, stream + " was deleted");
    const auto cut = store_of(sound());
    ASSERT_TRUE(cut->set_stream_limits(stream, {.truncate_before = 1, .max_count = {}, .max_age = {}}));
    expect_violation(*cut, stream + " begins at revision 1");
  }
}

// Each amount, price and quantity of each event, one at a time: no digit may change unseen.
TEST_F(DamagedLog, WithAnAmountThatChanged) {
  std::size_t tried = 0;
  for (std::size_t i = 0; i < sound().log.size(); ++i) {
    const auto& message = sound().log[i].message;
    if (message.kind == lasagne::MessageKind::command) continue;
    for (const std::string member : {"\"amount\":", "\"total\":", "\"unit_price\":", "\"quantity\":"}) {
      if (message.type == lasagne::type_name<shipments::StockWasSet> ||
          message.type == lasagne::type_name<shipments::StockWasShort>) {
        continue;  // nothing else says how many there should have been
      }
      for (auto at = message.data.find(member); at != std::string::npos; at = message.data.find(member, at + 1)) {
        auto contents = sound();
        contents.log[i].message.data.insert(at + member.size(), "1");
        const auto result = audit(*store_of(contents));
        EXPECT_FALSE(result.violations.empty())
            << "nobody minds " << member << " of " << message.type << ": " << contents.log[i].message.data;
        ++tried;
      }
    }
  }
  EXPECT_GT(tried, 50U);
}

}  // namespace
}  // namespace shop
