// The modules know of one another what is public, and their code is pure. The build keeps private headers off the
// include paths; this also catches the ways around it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;

const fs::path shop = fs::path(LASAGNE_SOURCE_DIR) / "examples/shop";

const std::set<std::string> impure{
    "thread", "mutex",     "atomic",   "random", "fstream", "iostream", "condition_variable",
    "ctime",  "httplib.h", "sqlite3.h"};

TEST(Boundaries, ModulesIncludeTheirOwnAndPublicHeadersOnly) {
  const std::regex include("#include [<\"]([^>\"]+)[>\"]");
  int files = 0;
  for (const std::string module : {"shopping_carts", "orders", "payments", "shipments"}) {
    for (const auto& entry : fs::recursive_directory_iterator(shop / module)) {
      if (!entry.is_regular_file()) continue;
      ++files;
      std::ifstream source(entry.path());
      for (std::string line; std::getline(source, line);) {
        std::smatch match;
        if (!std::regex_search(line, match, include)) continue;
        const std::string name = match[1];
        SCOPED_TRACE(entry.path().string() + " includes " + name);
        EXPECT_FALSE(impure.contains(name));
        EXPECT_EQ(name.find(".."), std::string::npos);
        if (line.find('"') == std::string::npos || name.starts_with("lasagne/")) continue;
        if (name.starts_with("shop/")) {
          EXPECT_TRUE(name.ends_with("/commands.hpp") || name.ends_with("/external_events.hpp"));
        } else {
          EXPECT_TRUE(fs::exists(shop / module / name));
        }
      }
    }
  }
  EXPECT_GT(files, 20);
}

}  // namespace
