#include "lasagne/store_scheme.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace lasagne {

namespace {

Result<std::unique_ptr<Store>> refuse(std::string_view url, const OpenOptions&) {
  return fail(ErrorCode::unavailable, "asked for " + std::string(url));
}

// Names are never taken back, so each test has its own.
ErrorCode error_of(std::string_view url) {
  const auto opened = open_store(url);
  return opened ? ErrorCode{} : opened.error().code;
}

std::string message_of(std::string_view url) {
  const auto opened = open_store(url);
  return opened ? "opened" : opened.error().message;
}

TEST(StoreScheme, TheOnesThatComeWithTheLibrary) {
  const auto schemes = store_schemes();
  EXPECT_TRUE(std::ranges::find(schemes, "memory") != schemes.end());
  EXPECT_TRUE(std::ranges::find(schemes, "sqlite") != schemes.end());
  EXPECT_TRUE(std::ranges::is_sorted(schemes));
}

TEST(StoreScheme, AnOpenerIsGivenTheWholeUrlAndTheOptions) {
  bool read_only = false;
  ASSERT_TRUE(register_store_scheme("whole+1.0-x", [&](std::string_view url, const OpenOptions& options) {
    read_only = options.read_only;
    return refuse(url, options);
  }));
  const auto opened = open_store("whole+1.0-x://Host/Path?a=b:c", {.read_only = true});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message, "asked for whole+1.0-x://Host/Path?a=b:c");
  EXPECT_EQ(opened.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(read_only);
}

TEST(StoreScheme, CapitalLettersOfASchemeMeanTheSame) {
  ASSERT_TRUE(register_store_scheme("capital", refuse));
  EXPECT_EQ(message_of("CapitaL:A:B"), "asked for capital:A:B");
  EXPECT_TRUE(open_store("MEMORY:"));
}

TEST(StoreScheme, AnOpenerMayOpenOtherStores) {
  ASSERT_TRUE(register_store_scheme("behind", [](std::string_view url, const OpenOptions& options) {
    return open_store(url.substr(url.find(':') + 1), options);
  }));
  EXPECT_TRUE(open_store("behind:behind:memory:"));
  EXPECT_EQ(error_of("behind:nothing:"), ErrorCode::invalid);
}

TEST(StoreScheme, EachIsRegisteredOnce) {
  ASSERT_TRUE(register_store_scheme("once", refuse));
  const auto again = register_store_scheme("once", refuse);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::invalid);
  EXPECT_FALSE(register_store_scheme("memory", refuse));
  EXPECT_FALSE(register_store_scheme("sqlite", refuse));
  EXPECT_TRUE(open_store("memory:"));
}

TEST(StoreScheme, WhatIsNoSchemeIsRefused) {
  for (const std::string bad : {"", "1a", "-a", "A", "aB", "a b", "a:", "a/b", "a_b", "\xC3\xA4"}) {
    const auto registered = register_store_scheme(bad, refuse);
    ASSERT_FALSE(registered) << bad;
    EXPECT_EQ(registered.error().code, ErrorCode::invalid);
  }
  EXPECT_FALSE(register_store_scheme("empty", nullptr));
}

TEST(StoreScheme, AUrlThatNothingOpensIsRefusedWithWhatIsKnown) {
  for (const std::string bad : {"", ":", "shop.db", "./shop.db", ":memory:", "1:x", "a b:x", "nobody://x"}) {
    const auto opened = open_store(bad);
    ASSERT_FALSE(opened) << bad;
    EXPECT_EQ(opened.error().code, ErrorCode::invalid) << bad;
    EXPECT_NE(opened.error().message.find("\"" + bad + "\""), std::string::npos) << opened.error().message;
    EXPECT_NE(opened.error().message.find("memory:"), std::string::npos) << opened.error().message;
  }
  EXPECT_EQ(error_of("memory:shop"), ErrorCode::invalid);
}

TEST(StoreScheme, AnOpenerThatThrowsOrGivesNothingIsAnError) {
  ASSERT_TRUE(register_store_scheme(
      "throws", [](auto, const auto&) -> Result<std::unique_ptr<Store>> { throw std::runtime_error("no network"); }));
  ASSERT_TRUE(
      register_store_scheme("throws-what", [](auto, const auto&) -> Result<std::unique_ptr<Store>> { throw 7; }));
  ASSERT_TRUE(
      register_store_scheme("nothing", [](auto, const auto&) -> Result<std::unique_ptr<Store>> { return nullptr; }));
  EXPECT_EQ(error_of("throws:"), ErrorCode::handler_failed);
  EXPECT_NE(message_of("throws:").find("no network"), std::string::npos);
  EXPECT_EQ(error_of("throws-what:"), ErrorCode::handler_failed);
  EXPECT_EQ(error_of("nothing:"), ErrorCode::handler_failed);
}

TEST(StoreScheme, ThreadsRegisterAndOpenAtOnce) {
  std::atomic<int> won = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int n = 0; n < 50; ++n) {
          const auto scheme = "together" + std::to_string(n);
          if (register_store_scheme(scheme, refuse)) ++won;
          EXPECT_EQ(error_of(scheme + ":" + std::to_string(i)), ErrorCode::unavailable);
        }
      });
    }
  }
  EXPECT_EQ(won, 50);
}

}  // namespace

}  // namespace lasagne
