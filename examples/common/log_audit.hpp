// What must hold of any log and of what is kept beside it, whatever the messages say: the common part of the audits.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "lasagne/store.hpp"

namespace examples {

// A processor, and what an audit can see of its work: which messages it handles, and what it makes of them. One whose
// answers may overtake one another makes nothing here.
struct AuditedProcessor {
  std::string name;
  std::vector<std::string> handles;  // types of events
  std::vector<std::string> makes;    // types of messages that are caused by them
};

// The processor's checkpoint, also in a store that nobody has run since type names were qualified: it then stands under
// the handler's own name. Throws std::runtime_error when the store cannot be read.
[[nodiscard]] lasagne::Position checkpoint_of(lasagne::Store& store, const std::string& processor);

// Reads along with an audit that reads the log in order. Also right beside a running system: what is written meanwhile
// is not held against it.
class LogAudit {
 public:
  static constexpr std::size_t page = 4096;

  // `modules`: whose command buses are read. Throws std::runtime_error when the store cannot be read, as all do.
  LogAudit(lasagne::Store& store, const std::vector<std::string>& modules, std::vector<AuditedProcessor> processors,
           std::function<void(std::string)> violation);

  // The log's end as of the beginning; the audit reads up to there.
  [[nodiscard]] lasagne::Position end() const noexcept { return end_; }
  // Reads the whole log, telling `each` of every message.
  void read(const std::function<void(const lasagne::Message&)>& each);

  // After the log is read: checkpoints past the end, or behind what their processors have made.
  void check_checkpoints();
  // That the stream reads from its first message to at least revision `last`.
  void check_stream(const std::string& stream, lasagne::Revision last);
  void check_parked();

  // Whether nothing is under way: no command, no event and no attempt waits to be handled. For check_checkpoints and
  // check_parked to be called before.
  [[nodiscard]] bool at_rest() const noexcept { return at_rest_; }
  [[nodiscard]] bool is_held(lasagne::Position position) const { return held_.contains(position); }

 private:
  struct Watched {
    AuditedProcessor processor;
    std::string bus;                     // whose commands it handles; empty for others
    lasagne::Position last_handled = 0;  // the last message that it handles, or is to handle
    lasagne::Position checkpoint = 0;
  };

  void note(const lasagne::Message& message);
  void note_cause(const lasagne::Message& message);
  void check_causes();
  void check_behind(lasagne::Position lowest);
  [[nodiscard]] static bool handles(const Watched& watched, std::string_view stream, std::string_view type,
                                    lasagne::MessageKind kind);
  [[nodiscard]] static bool makes(const Watched& watched, const lasagne::Message& message);

  lasagne::Store& store_;
  std::function<void(std::string)> violation_;
  std::vector<Watched> watched_;
  lasagne::Position end_;
  lasagne::Position position_ = 0;                                   // of the message that was read last
  std::vector<std::pair<std::uint64_t, lasagne::Position>> causes_;  // of (cause, effect), each to be there once
  std::unordered_set<lasagne::Position> held_;                       // parked, or waiting for another attempt
  bool at_rest_ = true;
};

}  // namespace examples
