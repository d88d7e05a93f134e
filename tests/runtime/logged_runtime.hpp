// A runtime by a clock of the test's, whose log is kept.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lasagne/command_rejected.hpp"
#include "lasagne/runtime.hpp"

namespace runtime_test_support {

using lasagne::LogEntry;
using lasagne::Module;
using lasagne::Runtime;
using lasagne::Timestamp;
using lasagne::type_name;

class LoggedRuntime : public ::testing::Test {
 protected:
  void run(Module module) {
    lasagne::RuntimeOptions options;
    options.clock = [this] { return now; };
    options.rounds_until_idle = 1'000;  // so that what never ends is a failure, and no hang
    options.log = [this](const LogEntry& entry) { told.push_back(entry); };
    runtime = std::make_unique<Runtime>(*store, std::vector{std::move(module)}, options);
  }
  void settle() {
    const auto done = runtime->run_until_idle();
    ASSERT_TRUE(done) << done.error().message;
  }
  template <class T>
  std::size_t count() {
    return store->read_all(0, {{std::string(type_name<T>)}, {}, {}}, 1000)->messages.size();
  }
  std::vector<LogEntry> entries(LogEntry::Level level) {
    std::vector<LogEntry> found;
    for (const auto& entry : told) {
      if (entry.level == level) found.push_back(entry);
    }
    return found;
  }

  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
  Timestamp now{1'000'000'000};
  std::vector<LogEntry> told;
  std::unique_ptr<Runtime> runtime;
};

}  // namespace runtime_test_support
