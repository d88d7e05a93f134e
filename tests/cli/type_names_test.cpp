// How the program shows types, and how it is told which: by the last part of their names, where that is unambiguous.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/program.hpp"
#include "lasagne/store.hpp"

namespace {

using testing_programs::run;

class ShownTypes : public ::testing::Test {
 protected:
  void put(const std::string& type) {
    const auto store = lasagne::open(url);
    lasagne::Commit commit;
    const auto id = lasagne::Uuid::generate();
    commit.appends.push_back({"Door-1",
                              lasagne::ExpectedRevision::any(),
                              {{id, lasagne::MessageKind::event, type, "{}", {process, {}, {}}}}});
    ASSERT_TRUE(store->append(commit));
  }
  // The output without what varies: one word of each line, which is the type.
  std::vector<std::string> types(const testing_programs::Arguments& arguments) {
    auto all = arguments;
    all.insert(all.begin() + 1, {"--store", url});
    const auto ran = run("lasagne", all);
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    std::vector<std::string> found;
    for (const auto& line : ran.lines()) {
      for (const auto* type : {"houses.Opened", "shops.Opened", "Opened", "shops.Closed", "Closed"}) {
        if (line.find(std::string(" ") + type + " ") == std::string::npos) continue;
        found.emplace_back(type);
        break;
      }
    }
    return found;
  }

  testing_programs::Folder folder;
  const std::string url = "sqlite:" + folder.file("doors.db");
  const lasagne::Uuid process = lasagne::Uuid::generate();
};

TEST_F(ShownTypes, ByTheirLastPart) {
  put("houses.Opened");
  put("shops.Closed");
  put("Opened");  // as it was stored before names were qualified
  const std::vector<std::string> expected{"Opened", "Closed", "Opened"};
  EXPECT_EQ(types({"tail", "--no-follow"}), expected);
  EXPECT_EQ(types({"read", "Door-1"}), expected);
  EXPECT_EQ(types({"trace", "Door-1"}), expected);
}

TEST_F(ShownTypes, AsAWholeWhereTwoShareTheirLastPart) {
  put("houses.Opened");
  put("shops.Opened");
  put("shops.Closed");
  const std::vector<std::string> expected{"houses.Opened", "shops.Opened", "Closed"};
  EXPECT_EQ(types({"tail", "--no-follow"}), expected);
  EXPECT_EQ(types({"read", "Door-1"}), expected);
  EXPECT_EQ(types({"trace", "Door-1"}), expected);
}

TEST_F(ShownTypes, JsonHoldsTheWholeName) {
  put("houses.Opened");
  const auto ran = run("lasagne", {"tail", "--no-follow", "--json", "--store", url});
  EXPECT_THAT(ran.out, ::testing::HasSubstr(R"("type":"houses.Opened")"));
}

TEST_F(ShownTypes, AFilterTakesTheLastPartOrTheWhole) {
  put("houses.Opened");
  put("shops.Opened");
  put("shops.Closed");
  put("Opened");
  EXPECT_EQ(types({"tail", "--no-follow", "--type", "Closed"}), std::vector<std::string>{"Closed"});
  EXPECT_EQ(types({"tail", "--no-follow", "--type", "Opened"}).size(), 3U);
  EXPECT_EQ(types({"tail", "--no-follow", "--type", "shops.Opened"}).size(), 2U) << "that, and the unqualified one";
}

}  // namespace
