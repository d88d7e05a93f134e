// A tiny domain with every kind of handler, some of which fail on demand.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "lasagne/command_rejected.hpp"
#include "lasagne/runtime.hpp"

namespace jobs_domain {}
// Its types go by their last part, as those of a store from before names were qualified.
template <>
inline constexpr std::string_view lasagne::namespace_name<"jobs_domain"> = "";

namespace jobs_domain {

using lasagne::Decision;
using lasagne::Send;
using lasagne::Timestamp;
using lasagne::Uuid;

// What the handlers do wrong while set: the one piece of state that domain code must never have outside a test.
struct Faults {
  std::map<std::string, int> failures;  // by name: how many times more to throw
  std::string deny;                     // name of the handler that throws PermanentError
  int effects = 0;
};
inline Faults faults;

inline std::mutex faults_mutex;  // of what maybe_fail counts: effects are called on many threads

inline void maybe_fail(const std::string& name) {
  const std::scoped_lock lock(faults_mutex);
  if (faults.deny == name) throw lasagne::PermanentError(name + " is broken");
  if (auto& left = faults.failures[name]; left > 0) {
    --left;
    throw std::runtime_error(name + " hiccup");
  }
}

// jobs
struct OpenJob {
  Uuid job_id;
  std::string title;
};
struct DoWork {
  Uuid job_id;
  int amount = 0;
};
struct CloseJob {
  Uuid job_id;
};
struct JobOpened {
  Uuid job_id;
  std::string title;
};
struct WorkDone {
  Uuid job_id;
  int amount = 0;
  int total = 0;
};
struct JobClosed {
  Uuid job_id;
};
struct WorkFailed {
  Uuid job_id;
  std::string error;
};

struct JobState {
  bool open = false;
  int total = 0;
};

struct Job {
  static constexpr std::string_view category = "Job";
  using Command = std::variant<OpenJob, DoWork, CloseJob>;
  using Event = std::variant<JobOpened, WorkDone, JobClosed>;
  using State = JobState;
  static Uuid id(const auto& command) { return command.job_id; }
  static State evolve(State, const JobOpened&) { return {true, 0}; }
  static State evolve(State state, const WorkDone& event) {
    state.total = event.total;
    return state;
  }
  static State evolve(State state, const JobClosed&) {
    state.open = false;
    return state;
  }
  static Decision<Event> decide(const OpenJob& command, const State& state) {
    if (state.open) return lasagne::Rejection{"AlreadyOpen", "the job is open"};
    return JobOpened{command.job_id, command.title};
  }
  static Decision<Event> decide(const DoWork& command, const State& state) {
    maybe_fail("DoWork " + std::to_string(command.amount));
    if (!state.open) return lasagne::Rejection{"NotOpen", "the job is not open"};
    return WorkDone{command.job_id, command.amount, state.total + command.amount};
  }
  static Decision<Event> decide(const CloseJob& command, const State& state) {
    if (!state.open) return Decision<Event>{};
    return JobClosed{command.job_id};
  }
};

struct JobFinished {
  Uuid job_id;
  int total = 0;
};

struct JobForwarder {
  using Decider = Job;
  using Event = std::variant<JobClosed>;
  static JobFinished on(const JobClosed& event, const JobState& state) { return {event.job_id, state.total}; }
};

// invoices
struct IssueInvoice {
  Uuid invoice_id;
  Uuid job_id;
  int total = 0;
};
struct RemindInvoice {
  Uuid invoice_id;
};
struct PayInvoice {
  Uuid invoice_id;
};
struct InvoiceIssued {
  Uuid invoice_id;
  Uuid job_id;
  int total = 0;
};
struct InvoiceReminded {
  Uuid invoice_id;
};
struct InvoicePaid {
  Uuid invoice_id;
};

struct InvoiceState {
  bool issued = false;
  bool paid = false;
  int reminders = 0;
};

struct Invoice {
  static constexpr std::string_view category = "Invoice";
  using Command = std::variant<IssueInvoice, RemindInvoice, PayInvoice>;
  using Event = std::variant<InvoiceIssued, InvoiceReminded, InvoicePaid>;
  using State = InvoiceState;
  static Uuid id(const auto& command) { return command.invoice_id; }
  static State evolve(State state, const InvoiceIssued&) {
    state.issued = true;
    return state;
  }
  static State evolve(State state, const InvoiceReminded&) {
    ++state.reminders;
    return state;
  }
  static State evolve(State state, const InvoicePaid&) {
    state.paid = true;
    return state;
  }
  static Decision<Event> decide(const IssueInvoice& command, const State& state) {
    if (state.issued) return lasagne::Rejection{"AlreadyIssued", {}};
    return InvoiceIssued{command.invoice_id, command.job_id, command.total};
  }
  static Decision<Event> decide(const RemindInvoice& command, const State& state) {
    if (state.paid) return Decision<Event>{};
    return InvoiceReminded{command.invoice_id};
  }
  static Decision<Event> decide(const PayInvoice& command, const State& state) {
    if (state.paid) return lasagne::Rejection{"AlreadyPaid", {}};
    return InvoicePaid{command.invoice_id};
  }
};

struct Invoicing {
  using Event = std::variant<JobFinished, InvoiceIssued, InvoicePaid>;
  static void on(const JobFinished& event, Send& send) {
    maybe_fail("Invoicing");
    send(IssueInvoice{send.new_id("invoice"), event.job_id, event.total});
  }
  static void on(const InvoiceIssued& event, Send& send) {
    send.after(std::chrono::hours(24), "remind/" + event.invoice_id.to_string(), RemindInvoice{event.invoice_id});
  }
  static void on(const InvoicePaid& event, Send& send) { send.cancel("remind/" + event.invoice_id.to_string()); }
};

struct MailRoom {
  using Event = std::variant<InvoiceIssued>;
  std::shared_ptr<std::vector<std::string>> sent = std::make_shared<std::vector<std::string>>();
  std::shared_ptr<std::mutex> mutex = std::make_shared<std::mutex>();  // of what was sent: calls are made at once
  bool pays = false;
  void on(const InvoiceIssued& event, Send& send) {
    maybe_fail("MailRoom");
    {
      const std::scoped_lock lock(*mutex);
      sent->push_back(send.idempotency_key());
    }
    if (pays) send(PayInvoice{event.invoice_id});
  }
};

struct RejectionSeen {
  Uuid command_id;
};
struct NoteRejection {
  Uuid note_id;
  std::string reason;
};
struct RejectionNoted {
  Uuid note_id;
  std::string reason;
};
struct Notes {
  static constexpr std::string_view category = "Note";
  using Command = std::variant<NoteRejection>;
  using Event = std::variant<RejectionNoted>;
  using State = int;
  static Uuid id(const auto& command) { return command.note_id; }
  static State evolve(State state, const RejectionNoted&) { return state + 1; }
  static Decision<Event> decide(const NoteRejection& command, const State&) {
    return RejectionNoted{command.note_id, command.reason};
  }
};
struct RejectionWatcher {
  using Event = std::variant<lasagne::CommandRejected>;
  static void on(const lasagne::CommandRejected& event, Send& send) {
    if (event.as<NoteRejection>()) return;
    send(NoteRejection{send.new_id("note"), event.reason});
  }
};

}  // namespace jobs_domain
