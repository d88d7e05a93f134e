// A store with one process in it that the program looks at.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/program.hpp"
#include "runtime/jobs_domain.hpp"

namespace cli_test {

using namespace jobs_domain;
using lasagne::ExpectedRevision;
using lasagne::Module;
using lasagne::Runtime;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing_programs::Arguments;
using testing_programs::Folder;
using testing_programs::Program;
using testing_programs::Ran;

// One job is done and invoiced, one invoice paid twice, one piece of work is beyond the handler: all in one process.
class CliTest : public ::testing::Test {
 protected:
  void SetUp() override {
    faults = {};
    faults.deny = "DoWork 13";
    store = lasagne::open(url);
    runtime = std::make_unique<Runtime>(*store,
                                        std::vector<Module>{Module{"jobs"}.decider<Job>().forwarder<JobForwarder>(),
                                                            Module{"invoices"}.decider<Invoice>().saga<Invoicing>(),
                                                            Module{"watch"}.decider<Notes>().saga<RejectionWatcher>()});
    const auto opened = runtime->execute(OpenJob{job, "paint"});
    ASSERT_TRUE(opened);
    process = opened->correlation_id;
    ASSERT_TRUE(runtime->execute(DoWork{job, 5}));
    ASSERT_TRUE(runtime->execute(CloseJob{job}));
    settle();
    const auto issued = store->read_all(0, {.types = {"InvoiceIssued"}, .categories = {}, .streams = {}}, 10);
    ASSERT_TRUE(issued && issued->messages.size() == 1);
    invoice = lasagne::from_json<InvoiceIssued>(issued->messages[0]->data)->invoice_id;
    ASSERT_TRUE(runtime->execute(OpenJob{job, "again"}));
    send(PayInvoice{invoice});
    send(PayInvoice{invoice});
    send(DoWork{job, 13});
    settle();
  }
  void TearDown() override { faults = {}; }

  template <class Command>
  void send(const Command& command) {
    lasagne::SendOptions options;
    options.correlation_id = process;
    const auto sent = runtime->send(command, options);
    ASSERT_TRUE(sent) << sent.error().message;
    settle();
  }
  void settle() {
    const auto done = runtime->run_until_idle();
    ASSERT_TRUE(done) << done.error().message;
  }
  void close() {
    runtime.reset();
    store.reset();
  }
  // As somebody outside of the runtime would.
  void append(const std::string& stream, const std::string& type, std::size_t count = 1, std::size_t bytes = 1) {
    lasagne::Append append{stream, ExpectedRevision::any(), {}};
    for (std::size_t i = 0; i < count; ++i) {
      lasagne::NewMessage message;
      message.id = Uuid::generate();
      message.type = type;
      message.data = "{\"n\":" + std::to_string(i) + ",\"text\":\"" + std::string(bytes, 'x') + "\"}";
      message.metadata.correlation_id = Uuid::derive(Uuid{}, stream);
      message.metadata.causation_id = message.id;
      append.messages.push_back(message);
    }
    lasagne::Commit commit;
    commit.appends.push_back(append);
    const auto appended = store->append(commit);
    ASSERT_TRUE(appended) << appended.error().message;
  }
  [[nodiscard]] Ran run(Arguments arguments) const {
    arguments.insert(arguments.end(), {"--store", url});
    return testing_programs::run("lasagne", arguments);
  }

  Folder folder;
  std::string url = "sqlite:" + folder.file("store.db");
  std::unique_ptr<lasagne::Store> store;
  std::unique_ptr<Runtime> runtime;
  Uuid process;
  Uuid job = Uuid::derive(Uuid{}, "job");
  Uuid invoice;
  std::string job_stream = "Job-" + job.to_string();
};

}  // namespace cli_test
