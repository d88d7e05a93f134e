// The hotel's audit over the log of a real hotel, of which one thing at a time was damaged; in every style.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <memory>

#include "audit.hpp"
#include "hotel_runtime.hpp"
#include "lasagne/json.hpp"

namespace {

using namespace hotel_test;
using lasagne::NewMessage;
using lasagne::Position;
using lasagne::Store;

struct StoreContents {
  struct Entry {
    std::string stream;
    NewMessage message;
  };
  std::vector<Entry> log;
  std::map<std::string, Position> checkpoints;
  std::vector<lasagne::Timer> timers;
};

void append(Store& store, const lasagne::Commit& commit) {
  const auto appended = store.append(commit);
  ASSERT_TRUE(appended) << appended.error().message;
}

std::unique_ptr<Store> store_of(const StoreContents& contents) {
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

class DamagedLog : public ::testing::TestWithParam<Style> {
 protected:
  DamagedLog() : sound_(contents_of_a_hotel(GetParam())) {}

  static void expect_violation(Store& store, const std::string& text) {
    const auto result = audit(store);
    EXPECT_TRUE(std::ranges::any_of(result.violations,
                                    [&](const auto& violation) { return violation.find(text) != std::string::npos; }))
        << "no \"" << text << "\" in " << lasagne::to_json(result);
  }
  static void expect_violation(const StoreContents& contents, const std::string& text) {
    expect_violation(*store_of(contents), text);
  }
  // The sound one without a message, which moves what stood behind it.
  [[nodiscard]] StoreContents without(const std::function<bool(const StoreContents::Entry&)>& gone) const {
    auto contents = sound_;
    for (auto& [processor, checkpoint] : contents.checkpoints) {
      const auto end = contents.log.begin() + static_cast<std::ptrdiff_t>(checkpoint);
      checkpoint -= static_cast<Position>(std::count_if(contents.log.begin(), end, gone));
    }
    std::erase_if(contents.log, gone);
    return contents;
  }

  // A group that failed, was rerun and completed, and one that completed at once.
  static StoreContents contents_of_a_hotel(Style style) {
    Hotel hotel(style);
    hotel.arrive(alice);
    hotel.send(CheckInGuest{bob, at(0)});
    hotel.send(RecordCharge{bob, Money{100}, at(1)});
    hotel.settle();
    hotel.initiate({alice, bob});
    hotel.settle();
    hotel.send(RecordPayment{bob, Money{100}, at(15)});
    hotel.settle();
    hotel.rerun_group();
    hotel.settle();
    hotel.arrive(carol);
    StoreContents contents;
    hotel.initiate({carol}, id_of("open"));
    hotel.settle();
    const auto slice = hotel.store().read_all(0, {}, 100'000).value();
    for (const auto& message : slice.messages) {
      contents.log.push_back(
          {message->stream, {message->id, message->kind, message->type, message->data, message->metadata}});
    }
    const auto checkpoints = hotel.store().checkpoints().value();
    for (const auto& [name, position] : checkpoints) contents.checkpoints[name] = position;
    return contents;
  }

  const StoreContents sound_;
};

INSTANTIATE_TEST_SUITE_P(Styles, DamagedLog, ::testing::ValuesIn(all_styles), [](const auto& param) {
  auto name = std::string(to_string(param.param));
  std::erase(name, '-');
  return name;
});

TEST_P(DamagedLog, IsSoundToBeginWith) {
  const auto result = audit(*store_of(sound_));
  EXPECT_TRUE(result.violations.empty()) << lasagne::to_json(result);
  EXPECT_EQ(result.groups, 2U);
  EXPECT_EQ(result.completed, 2U);
  EXPECT_GE(sound_.checkpoints.size(), 2U);
}

TEST_P(DamagedLog, WithACheckpointPastTheEnd) {
  for (const auto& [name, position] : sound_.checkpoints) {
    if (name == "timers") continue;
    auto contents = sound_;
    contents.checkpoints[name] = contents.log.size() + 1;
    expect_violation(contents, "the checkpoint of " + name + " is " + std::to_string(contents.log.size() + 1) +
                                   ", past the log's end");
  }
}

TEST_P(DamagedLog, WithACheckpointThatWasSetBack) {
  for (const auto& [name, position] : sound_.checkpoints) {
    if (name.find("KeepGroupCheckoutDeadline") != std::string::npos)
      continue;  // sets timers: nothing of it is in the log
    auto contents = sound_;
    contents.checkpoints[name] = 1;
    expect_violation(contents, "the checkpoint of " + name + " is 1, but it has handled position");
  }
}

TEST_P(DamagedLog, WithOneEffectTwiceForOneCauseAnywhereInTheLog) {
  for (const auto& entry : sound_.log) {
    if (entry.message.metadata.causation_id.is_nil()) continue;
    auto contents = sound_;
    contents.log.push_back(entry);
    contents.log.back().message.id = id_of("once more");
    expect_violation(contents, "the same effect of one cause, twice");
  }
}

TEST_P(DamagedLog, WithARoundWhoseTimerIsGoneOrThatHangs) {
  const auto end = lasagne::type_name<GroupCheckoutCompleted>;
  const auto open = lasagne::stream_of<GroupCheckout>(id_of("open"));
  const auto contents = without([&](const auto& entry) { return entry.stream == open && entry.message.type == end; });
  expect_violation(contents, "hangs: every guest was answered, and nothing is under way for it");
  expect_violation(contents, "is in progress, and the timer of its deadline is gone");
}

TEST_P(DamagedLog, WithACheckOutThatNobodyAnswered) {
  const auto out = lasagne::type_name<GuestCheckedOut>;
  const auto stay = lasagne::stream_of<GuestStayAccount>(carol);
  expect_violation(without([&](const auto& entry) { return entry.stream == stay && entry.message.type == out; }),
                   "was never answered");
}

TEST_P(DamagedLog, WithAStreamDeletedOrCutOff) {
  for (const auto& stream : {lasagne::stream_of<GuestStayAccount>(alice), lasagne::stream_of<GroupCheckout>(group)}) {
    const auto deleted = store_of(sound_);
    ASSERT_TRUE(deleted->delete_stream(stream, lasagne::ExpectedRevision::any()));
    expect_violation(*deleted, stream + " was deleted");
    const auto cut = store_of(sound_);
    ASSERT_TRUE(cut->set_stream_limits(stream, {.truncate_before = 1, .max_count = {}, .max_age = {}}));
    expect_violation(*cut, stream + " begins at revision 1");
  }
}

TEST_P(DamagedLog, WithAnAmountThatChanged) {
  std::size_t tried = 0;
  for (std::size_t i = 0; i < sound_.log.size(); ++i) {
    const std::string member = "\"amount\":";
    const auto at = sound_.log[i].message.data.find(member);
    if (at == std::string::npos) continue;
    auto contents = sound_;
    contents.log[i].message.data.insert(at + member.size(), "1");
    EXPECT_FALSE(audit(*store_of(contents)).violations.empty()) << contents.log[i].message.data;
    ++tried;
  }
  EXPECT_GT(tried, 5U);
}

}  // namespace
