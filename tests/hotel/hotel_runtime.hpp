// The hotel on a real runtime, with a clock of the test's own.
#pragma once

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "hotel.hpp"
#include "hotel_fixture.hpp"
#include "lasagne/runtime.hpp"
#include "lasagne/store.hpp"

namespace hotel_test {

class Hotel {
 public:
  explicit Hotel(Style style, std::string url = "memory:") : style_(style), url_(std::move(url)) { open(); }

  // The store object of memory: stays, a file is opened again.
  void restart() {
    runtime_.reset();
    if (url_ != "memory:") store_.reset();
    open();
  }

  lasagne::Runtime& runtime() { return *runtime_; }
  lasagne::Store& store() { return *store_; }
  Timestamp& now() { return now_; }

  // Runs to rest; throws what went wrong.
  void settle() {
    const auto done = runtime_->run_until_idle();
    if (!done) throw std::runtime_error(done.error().message);
  }

  // Checks a guest in and leaves the balance as given.
  void arrive(const Uuid& who, std::int64_t balance = 0) {
    do_now(CheckInGuest{who, now_});
    do_now(RecordCharge{who, Money{100}, now_});
    if (balance != -100) do_now(RecordPayment{who, Money{100 + balance}, now_});
  }
  template <class Command>
  void do_now(const Command& command) {
    const auto done = runtime_->execute(command);
    if (!done) throw std::runtime_error(done.error().rejection.reason + done.error().error.message);
  }
  // The same, whether it is refused or not.
  template <class Command>
  void attempt(const Command& command) {
    (void)runtime_->execute(command);
  }
  template <class Command>
  void send(const Command& command, const Uuid& id = {}) {
    const auto sent = runtime_->send(command, {id, {}, {}});
    if (!sent) throw std::runtime_error(sent.error().message);
  }
  // Leaves the account in a state that no handler can read, so that the guest never reports.
  void damage(const Uuid& who) {
    damaged_ = true;
    const auto stream = lasagne::stream_of<GuestStayAccount>(who);
    lasagne::Commit commit;
    commit.appends.push_back({stream,
                              lasagne::ExpectedRevision::any(),
                              {{Uuid::derive(who, "damage"), lasagne::MessageKind::event, "Damaged", "{}", {}}}});
    if (!store_->append(commit)) throw std::runtime_error("cannot damage " + stream);
  }
  // Takes the damage away, with all the rest of the account.
  void repair(const Uuid& who) {
    const auto stream = lasagne::stream_of<GuestStayAccount>(who);
    if (!store_->delete_stream(stream, lasagne::ExpectedRevision::any())) throw std::runtime_error("cannot repair");
  }
  // Whether it is the damage, or its repair, that the audit finds: then it does so rightly.
  [[nodiscard]] bool damaged(const std::string& violation) const {
    const auto tells = [&](const char* what) { return violation.find(what) != std::string::npos; };
    return damaged_ && (tells(" parked the message") || tells(" was deleted") || tells("what was before is lost"));
  }
  void retry_parked() {
    const auto parked = runtime_->parked().value();
    for (const auto& view : parked) {
      (void)runtime_->retry_parked(view.entry.processor, view.entry.position);
    }
  }

  void initiate(std::vector<Uuid> guests, const Uuid& id = group) {
    do_now(InitiateGroupCheckout{id, clerk, std::move(guests), now_, now_ + std::chrono::hours(1)});
  }
  void rerun_group(const Uuid& id = group) { do_now(RerunGroupCheckout{id, now_, now_ + std::chrono::hours(1)}); }

  GroupCheckoutState state(const Uuid& id = group) { return runtime_->load<GroupCheckout>(id).value().state; }
  // The messages of these types (by the last part of their names), "Type {data}" in the log's order; of one stream if
  // it is given.
  std::vector<std::string> log(const std::vector<std::string>& types, const std::string& stream = {}) {
    std::vector<std::string> lines;
    for (lasagne::Position after = 0; after < store_->visible_position();) {
      const auto slice = store_->read_all(after, {}, 1000).value();
      for (const auto& message : slice.messages) {
        const std::string type(lasagne::last_part(message->type));
        if (!stream.empty() && message->stream != stream) continue;
        if (types.empty() || std::ranges::find(types, type) != types.end()) lines.push_back(type + " " + message->data);
      }
      after = slice.scanned_to;
    }
    return lines;
  }
  std::size_t count(const std::string& type) { return log({type}).size(); }
  template <class T>
  std::size_t count() {
    return count(std::string(lasagne::last_part(lasagne::type_name<T>)));
  }
  std::vector<std::string> events_of(const std::string& stream) { return log({}, stream); }

 private:
  void open() {
    if (!store_) store_ = lasagne::open(url_);
    runtime_ = std::make_unique<lasagne::Runtime>(*store_, std::vector{hotel_module(style_)},
                                                  lasagne::RuntimeOptions{[this] { return now_; }});
  }

  Style style_;
  bool damaged_ = false;
  std::string url_;
  Timestamp now_ = at(0);
  std::unique_ptr<lasagne::Store> store_;
  std::unique_ptr<lasagne::Runtime> runtime_;
};

}  // namespace hotel_test
