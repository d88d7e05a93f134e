// One process as layers: what caused what, event, command, event, command.
#include <fmt/format.h>

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "lasagne/command_rejected.hpp"
#include "output.hpp"

namespace cli {

namespace {

using lasagne::Message;
using lasagne::MessageKind;
using lasagne::MessagePtr;
using lasagne::Uuid;

constexpr std::size_t page = 1000;
constexpr std::size_t longest_trace = 100'000;  // messages
constexpr std::size_t most_timers = 100'000;    // looked through for the process's own
constexpr std::string_view bus_suffix = "__commands";

struct Process {
  std::vector<MessagePtr> messages;
  bool cut = false;                                     // there are more messages than longest_trace
  std::map<Uuid, std::vector<const Message*>> effects;  // by cause
  std::map<Uuid, std::vector<lasagne::Timer>> timers;   // pending, by cause
  std::map<lasagne::Position, std::vector<lasagne::ParkedMessage>> held;
  std::map<std::string, lasagne::Position> handled;  // by bus: everything up to there is handled or held back
  TypeNames names;
};

std::string seconds_since(const Message& first, const Message& message) {
  const auto elapsed = message.recorded_at - first.recorded_at;
  return fmt::format("+{:.3f}s", static_cast<double>(elapsed.count()) / 1e6);
}

std::string holding(const lasagne::ParkedMessage& entry) {
  const auto error = printable(entry.error);
  switch (entry.status) {
    case lasagne::ParkedMessage::Status::parked:
      return paint(Colour::red, "parked: " + error);
    case lasagne::ParkedMessage::Status::queued:
      return paint(Colour::magenta, error);
    case lasagne::ParkedMessage::Status::calling:
      return paint(Colour::magenta, fmt::format("called, attempt {}", entry.attempts));
    case lasagne::ParkedMessage::Status::retrying:
      break;
  }
  return paint(Colour::magenta, fmt::format("waits until {} after {} attempt{}: {}", entry.next_attempt.to_string(),
                                            entry.attempts, entry.attempts == 1 ? "" : "s", error));
}

std::string outcome_of(const Process& process, const Message& message) {
  if (const auto held = process.held.find(message.position); held != process.held.end()) {
    std::string all;
    for (const auto& entry : held->second) all += (all.empty() ? "" : "; ") + holding(entry);
    return all;
  }
  if (message.kind == MessageKind::event) return {};
  const auto effects = process.effects.find(message.id);
  if (effects == process.effects.end()) {
    const auto bus = process.handled.find(message.stream);
    const bool handled = bus != process.handled.end() && message.position <= bus->second;
    if (!handled && message.stream.ends_with(bus_suffix)) return paint(Colour::magenta, "waiting");
    return paint(Colour::dim, "nothing recorded");
  }
  std::size_t events = 0;
  for (const Message* effect : effects->second) {
    if (lasagne::names_type<lasagne::CommandRejected>(effect->type)) {
      const auto rejected = lasagne::from_json<lasagne::CommandRejected>(effect->data);
      return paint(Colour::red, "rejected: " + printable(rejected ? rejected->reason : effect->data));
    }
    ++events;
  }
  return paint(Colour::green, fmt::format("handled, {} event{}", events, events == 1 ? "" : "s"));
}

void print(const Process& process, const Message& message, std::size_t depth) {
  const bool event = message.kind == MessageKind::event;
  const auto outcome = outcome_of(process, message);
  print_line(fmt::format("{}{} {}  {}  {}{}{}", std::string(depth * 2, ' '),
                         paint(event ? Colour::yellow : Colour::blue, event ? "event  " : "command"),
                         paint(Colour::bold, printable(process.names.shown(message.type))),
                         paint(Colour::dim, fmt::format("{}@{}", printable(message.stream), message.revision)),
                         paint(Colour::dim, seconds_since(*process.messages.front(), message)),
                         outcome.empty() ? "" : "  ", outcome));
}

void print(const Process& process, const lasagne::Timer& timer, std::size_t depth) {
  print_line(fmt::format("{}{} {}  {}  {}", std::string(depth * 2, ' '), paint(Colour::magenta, "timer  "),
                         paint(Colour::bold, printable(process.names.shown(timer.message.type))),
                         paint(Colour::dim, printable(timer.key)),
                         paint(Colour::magenta, "due " + timer.due.to_string())));
}

// Depth first, with a stack of its own: a chain of causes may be long.
void print_from(const Process& process, const Message& root) {
  std::vector<std::pair<const Message*, std::size_t>> open{{&root, 0}};
  while (!open.empty()) {
    const auto [message, depth] = open.back();
    open.pop_back();
    print(process, *message, depth);
    if (const auto timers = process.timers.find(message->id); timers != process.timers.end()) {
      for (const auto& timer : timers->second) print(process, timer, depth + 1);
    }
    const auto effects = process.effects.find(message->id);
    if (effects == process.effects.end()) continue;
    for (auto at = effects->second.rbegin(); at != effects->second.rend(); ++at) open.emplace_back(*at, depth + 1);
  }
}

lasagne::Result<Uuid> correlation_of(lasagne::Store& store, const std::string& process) {
  if (const auto id = Uuid::parse(process)) return *id;
  auto slice = store.read_stream(process, 0, lasagne::Direction::forwards, 1);
  if (!slice) {
    if (slice.error().code != lasagne::ErrorCode::not_found) return std::unexpected(slice.error());
    return lasagne::fail(lasagne::ErrorCode::not_found,
                         "\"" + process + "\" is neither a correlation id nor a stream of this store");
  }
  return slice->correlation_id;
}

// Reads on after what is there.
lasagne::Result<void> read_messages(lasagne::Store& store, const Uuid& id, Process& process) {
  for (lasagne::Position after = process.messages.empty() ? 0 : process.messages.back()->position;;) {
    const auto messages = store.read_process(id, after, page);
    if (!messages) return std::unexpected(messages.error());
    for (const auto& message : *messages) {
      process.cut = process.messages.size() == longest_trace;
      if (process.cut) return {};
      process.messages.push_back(message);
    }
    if (messages->size() < page) return {};
    after = messages->back()->position;
  }
}

// What is still to come: pending timers, commands that wait, and messages that are held back.
lasagne::Result<void> read_pending(lasagne::Store& store, const Uuid& id, Process& process) {
  const auto held = all_parked(store);
  if (!held) return std::unexpected(held.error());
  for (const auto& entry : *held) process.held[entry.position].push_back(entry);
  const auto timers = store.due_timers({std::numeric_limits<std::int64_t>::max()}, most_timers);
  if (!timers) return std::unexpected(timers.error());
  for (const auto& timer : *timers) {
    const auto& metadata = timer.message.metadata;
    if (metadata.correlation_id == id) process.timers[metadata.causation_id].push_back(timer);
  }
  for (const auto& message : process.messages) {
    const std::string_view stream = message->stream;
    if (message->kind != MessageKind::command || !stream.ends_with(bus_suffix)) continue;
    if (process.handled.contains(message->stream)) continue;
    const auto module = stream.substr(0, stream.size() - bus_suffix.size());
    const auto checkpoint = store.checkpoint(fmt::format("{}/commands", module));
    if (!checkpoint) return std::unexpected(checkpoint.error());
    process.handled[message->stream] = *checkpoint;
  }
  return {};
}

}  // namespace

int trace(lasagne::Store& store, const std::string& wanted) {
  const auto id = correlation_of(store, wanted);
  if (!id) return complain(id.error());
  Process process;
  if (const auto read = read_messages(store, *id, process); !read) return complain(read.error());
  if (process.messages.empty()) {
    return complain({lasagne::ErrorCode::not_found, "no message of process " + id->to_string(), {}, std::nullopt});
  }
  if (const auto read = read_pending(store, *id, process); !read) return complain(read.error());
  // Once more, so that what was handled in between shows as that.
  if (const auto read = read_messages(store, *id, process); !read) return complain(read.error());
  for (const auto& message : process.messages) process.names.see(message->type);
  for (const auto& [cause, timers] : process.timers) {
    for (const auto& timer : timers) process.names.see(timer.message.type);
  }
  std::set<Uuid> known;
  std::vector<const Message*> roots;
  for (const auto& message : process.messages) {
    const auto& cause = message->metadata.causation_id;
    // A cause stands before its effects in the log, so whatever claims otherwise is shown for itself.
    if (known.contains(cause)) {
      process.effects[cause].push_back(message.get());
    } else {
      roots.push_back(message.get());
    }
    known.insert(message->id);
  }
  print_line(
      paint(Colour::dim, fmt::format("process {}  {} messages  from {}", id->to_string(), process.messages.size(),
                                     process.messages.front()->recorded_at.to_string())));
  for (const Message* root : roots) print_from(process, *root);
  if (process.cut) print_line(paint(Colour::red, fmt::format("only the first {} messages are shown", longest_trace)));
  flush_output();
  return Exit::ok;
}

}  // namespace cli
