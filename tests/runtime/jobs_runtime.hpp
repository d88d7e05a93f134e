// A runtime over the jobs, invoices and notes of jobs_domain.hpp, by a clock of the test's.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "jobs_domain.hpp"

namespace jobs_runtime {

using namespace jobs_domain;
using lasagne::Direction;
using lasagne::ExpectedRevision;
using lasagne::Module;
using lasagne::Position;
using lasagne::RetryPolicy;
using lasagne::Runtime;
using namespace std::chrono_literals;

inline lasagne::Uuid id_of(int n) { return lasagne::Uuid::derive(lasagne::Uuid{}, "test " + std::to_string(n)); }

class RuntimeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    faults = {};
    restart();
  }

  void restart() {
    runtime.reset();
    RetryPolicy retry;
    retry.attempts = 3;
    retry.jitter = 0;
    auto jobs = Module{"jobs"}.decider<Job>().retry_commands(retry).forwarder<JobForwarder>();
    auto invoices = Module{"invoices"}.decider<Invoice>().saga<Invoicing>({.retry = retry, .name = {}});
    if (with_effect) invoices.effect<MailRoom>(mail, {.retry = retry, .name = {}});
    auto watch = Module{"watch"}.decider<Notes>().saga<RejectionWatcher>();
    runtime = std::make_unique<Runtime>(*store, std::vector<Module>{jobs, invoices, watch},
                                        lasagne::RuntimeOptions{[this] { return now; }});
  }

  void settle() {
    const auto done = runtime->run_until_idle();
    ASSERT_TRUE(done) << done.error().message;
  }

  std::vector<std::string> types(std::string_view stream) {
    std::vector<std::string> names;
    const auto slice = store->read_stream(stream, 0, Direction::forwards, 1000);
    if (slice) {
      for (const auto& message : slice->messages) names.push_back(message->type);
    }
    return names;
  }
  std::size_t count(const std::string& type) {
    const auto slice = store->read_all(0, {{type}, {}, {}}, 10'000);
    return slice ? slice->messages.size() : 0;
  }
  template <class C>
  void send(const C& command) {
    const auto sent = runtime->send(command);
    ASSERT_TRUE(sent) << sent.error().message;
  }

  lasagne::Timestamp now{1'000'000'000};
  std::unique_ptr<lasagne::Store> store = lasagne::open("memory:");
  MailRoom mail;
  bool with_effect = false;
  std::unique_ptr<Runtime> runtime;
};

}  // namespace jobs_runtime
