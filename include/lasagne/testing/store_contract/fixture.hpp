// The ground of the store contract: what a backend supplies, how its tests are registered, and short words for them.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lasagne/store.hpp"

namespace lasagne::testing {

class StoreFixture {
 public:
  virtual ~StoreFixture() = default;
  StoreFixture() = default;
  StoreFixture(const StoreFixture&) = delete;
  StoreFixture& operator=(const StoreFixture&) = delete;

  virtual Store& store() = 0;
  virtual void reopen() = 0;
  virtual void advance(Duration by) = 0;
};

struct StoreBackend {
  std::string name;
  std::function<std::unique_ptr<StoreFixture>()> make;
};

// The base of all contract tests: a fresh store, and ways to say briefly what is done to it.
class StoreContract : public ::testing::Test {
 public:
  explicit StoreContract(const StoreBackend& backend) : fixture_(backend.make()) {}

 protected:
  using Ids = std::vector<std::string>;

  Store& store() { return fixture_->store(); }
  void reopen() { fixture_->reopen(); }
  void advance(Duration by) { fixture_->advance(by); }

  static Uuid id(std::string_view text) { return Uuid::derive(Uuid{}, text); }

  static NewMessage message(const std::string& name, std::string type = "Happened") {
    NewMessage made;
    made.id = id(name);
    made.type = std::move(type);
    made.data = "{\"name\":\"" + name + "\"}";
    made.metadata.correlation_id = id("process");
    return made;
  }

  static Append to(std::string stream, ExpectedRevision expected, const Ids& names) {
    Append append{std::move(stream), expected, {}};
    for (const auto& name : names) append.messages.push_back(message(name));
    return append;
  }

  static Commit commit_of(std::vector<Append> appends) {
    Commit commit;
    commit.appends = std::move(appends);
    return commit;
  }

  Result<Committed> append(std::string stream, ExpectedRevision expected, const Ids& names) {
    return store().append(commit_of({to(std::move(stream), expected, names)}));
  }

  // Puts `count` messages, named <stream>/<revision>, at the end of a stream.
  void fill(const std::string& stream, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_TRUE(ok(append(stream, ExpectedRevision::any(), {stream + "/" + std::to_string(filled_[stream]++)})));
    }
  }

  template <class T>
  static ::testing::AssertionResult ok(const Result<T>& result) {
    if (result) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << to_string(result.error().code) << ": " << result.error().message;
  }

  template <class T>
  static ::testing::AssertionResult refused(const Result<T>& result, ErrorCode code) {
    if (result) return ::testing::AssertionFailure() << "succeeded, not " << to_string(code);
    if (result.error().code == code && !result.error().message.empty()) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << to_string(result.error().code) << ", not " << to_string(code) << ": "
                                         << result.error().message;
  }

  template <class T>
  static ::testing::AssertionResult conflict(const Result<T>& result, std::optional<Revision> actual) {
    if (auto code = refused(result, ErrorCode::conflict); !code) return code;
    if (result.error().actual_revision == actual) return ::testing::AssertionSuccess();
    const auto& named = result.error().actual_revision;
    return ::testing::AssertionFailure() << "actual revision " << (named ? std::to_string(*named) : "none") << ", not "
                                         << (actual ? std::to_string(*actual) : "none");
  }

  // It was there before: the same result as the first time.
  static ::testing::AssertionResult repeats(const Result<Committed>& again, const Result<Committed>& first) {
    if (!ok(first)) return ok(first);
    if (!ok(again)) return ok(again);
    if (again->repeated && again->revisions == first->revisions && again->position == first->position) {
      return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << "repeated " << again->repeated << ", position " << again->position
                                         << ", first " << first->position;
  }

  static std::vector<Revision> revisions_of(const std::vector<MessagePtr>& messages) {
    std::vector<Revision> revisions;
    for (const auto& read : messages) revisions.push_back(read->revision);
    return revisions;
  }

  static std::vector<Position> positions_of(const std::vector<MessagePtr>& messages) {
    std::vector<Position> positions;
    for (const auto& read : messages) positions.push_back(read->position);
    return positions;
  }

  Result<StreamSlice> read(const std::string& stream, Revision from = 0, Direction direction = Direction::forwards,
                           std::size_t limit = 1000) {
    return store().read_stream(stream, from, direction, limit);
  }

  // The revisions that read, first to last; empty also where the stream does not read.
  std::vector<Revision> readable(const std::string& stream) {
    const auto slice = read(stream);
    return slice ? revisions_of(slice->messages) : std::vector<Revision>{};
  }

  // The ids of the messages that read, first to last, and those of these names.
  std::vector<Uuid> readable_ids(const std::string& stream) {
    std::vector<Uuid> found;
    if (const auto slice = read(stream)) {
      for (const auto& each : slice->messages) found.push_back(each->id);
    }
    return found;
  }
  static std::vector<Uuid> ids(const Ids& names) {
    std::vector<Uuid> made;
    for (const auto& name : names) made.push_back(id(name));
    return made;
  }

  // Everything in the log, read in pages.
  std::vector<MessagePtr> log(const Filter& filter = {}, std::size_t page = 3) {
    std::vector<MessagePtr> all;
    Position after = 0;
    while (after < store().visible_position()) {
      const auto slice = store().read_all(after, filter, page);
      EXPECT_TRUE(ok(slice));
      if (!slice) break;
      EXPECT_LE(slice->messages.size(), page);
      EXPECT_GT(slice->scanned_to, after) << "a page must bring the reader on";
      if (slice->scanned_to <= after) break;
      all.insert(all.end(), slice->messages.begin(), slice->messages.end());
      after = slice->scanned_to;
    }
    return all;
  }

 private:
  std::unique_ptr<StoreFixture> fixture_;
  std::map<std::string, std::size_t> filled_;
};

namespace detail {

struct StoreTest {
  const char* suite;
  const char* name;
  const char* file;
  int line;
  StoreContract* (*make)(const StoreBackend&);
};

inline std::vector<StoreTest>& store_tests() {
  static std::vector<StoreTest> tests;
  return tests;
}

inline bool add_store_test(const StoreTest& test) {
  store_tests().push_back(test);
  return true;
}

}  // namespace detail

inline bool register_store_contract(const StoreBackend& backend) {
  for (const auto& test : detail::store_tests()) {
    ::testing::RegisterTest((backend.name + "/" + test.suite).c_str(), test.name, nullptr, nullptr, test.file,
                            test.line, [make = test.make, backend]() -> StoreContract* { return make(backend); });
  }
  return true;
}

}  // namespace lasagne::testing

// A test for every backend. What TEST_P is, but for a header that several sources of one program include.
#define LASAGNE_STORE_TEST_ON(base, suite, test)                                                         \
  class suite##_##test final : public base {                                                             \
   public:                                                                                               \
    using base::base;                                                                                    \
    void TestBody() override;                                                                            \
    static StoreContract* make(const StoreBackend& backend) { return new suite##_##test(backend); }      \
    static inline const bool added = detail::add_store_test({#suite, #test, __FILE__, __LINE__, &make}); \
  };                                                                                                     \
  inline void suite##_##test::TestBody()

#define LASAGNE_STORE_TEST(suite, test) LASAGNE_STORE_TEST_ON(StoreContract, suite, test)
