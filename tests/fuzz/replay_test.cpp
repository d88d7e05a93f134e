// Each file of the corpus once more, in every build: what the fuzzers found stays found.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "fuzz/targets.hpp"

namespace {

using Named = std::pair<std::string_view, fuzz::Target>;

class Corpus : public ::testing::TestWithParam<Named> {};

TEST_P(Corpus, Holds) {
  const auto& [name, target] = GetParam();
  const auto folder = std::filesystem::path(LASAGNE_SOURCE_DIR) / "tests/fuzz/corpus" / name;
  target({});
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path().string());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NO_THROW(target(bytes));
    ++count;
  }
  EXPECT_GT(count, 0U);
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Corpus, ::testing::ValuesIn(fuzz::targets()),
                         [](const auto& target) { return std::string(target.param.first); });

}  // namespace
