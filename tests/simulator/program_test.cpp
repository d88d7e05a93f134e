// The program `simulate`, from outside.
#include <gtest/gtest.h>

#include <regex>

#include "cli/program.hpp"

namespace {

using testing_programs::run;

TEST(SimulateProgram, EndsWithASummaryInJson) {
  const auto ran = run("simulate", {"shop", "--seeds", "3..5", "--steps", "500"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  const std::regex summary(R"(\{"seeds":3,"steps":1500,"faults":[1-9]\d*,"crashes":[1-9]\d*,"violations":\[\]\})");
  EXPECT_TRUE(std::regex_match(ran.lines().back(), summary)) << ran.out;
  EXPECT_EQ(ran.err, "");  // the progress bar is for terminals
}

TEST(SimulateProgram, RunsTheHotelInAllItsStyles) {
  const auto ran = run("simulate", {"hotel", "--seeds", "1..2", "--steps", "300"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_NE(ran.lines().back().find(R"("seeds":2,"steps":1800,)"), std::string::npos) << ran.out;
}

TEST(SimulateProgram, GivesTheSameRunsInEveryProcess) {
  const testing_programs::Arguments arguments{"hotel", "--style", "process-manager", "--seeds", "7..9"};
  const auto first = run("simulate", arguments);
  const auto second = run("simulate", arguments);
  EXPECT_EQ(first.out, second.out);
  EXPECT_NE(first.out.find("log digest"), std::string::npos);
  const auto other = run("simulate", {"hotel", "--style", "process-manager", "--seeds", "8..10"});
  EXPECT_NE(first.lines().front(), other.lines().front());
}

TEST(SimulateProgram, SaysWhatIsWrongWithItsArguments) {
  const auto expect_usage = [](const testing_programs::Arguments& arguments, const std::string& words) {
    const auto ran = run("simulate", arguments);
    EXPECT_EQ(ran.exit_code, 64);
    EXPECT_NE(ran.err.find(words), std::string::npos) << ran.err;
    EXPECT_EQ(ran.out, "");
  };
  expect_usage({"shop"}, "--seeds is required");
  expect_usage({"shop", "--seeds", "1-5"}, "takes FROM..TO, two whole numbers as in 1..1000, not \"1-5\"");
  expect_usage({"shop", "--seeds", "1.."}, "takes FROM..TO");
  expect_usage({"shop", "--seeds", "9..3"}, "9 comes after 3");
  expect_usage({"shop", "--seeds", "0..18446744073709551615"}, "takes at most 1000000000 seeds");
  expect_usage({"shop", "--seeds", "1..2", "--steps", "0"}, "--steps");
  expect_usage({"hotel", "--seeds", "1..2", "--style", "baroque"}, "not \"baroque\"");
  expect_usage({"motel", "--seeds", "1..2"}, "subcommand is required");
}

}  // namespace
