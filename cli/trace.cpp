// One process as layers: what caused what, event, command, event, command.
#include <fmt/format.h>

#include <map>
#include <optional>
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
constexpr std::size_t longest_trace = 100'000;

struct Process {
  std::vector<MessagePtr> messages;
  std::map<Uuid, std::vector<const Message*>> effects;  // by cause
  std::map<lasagne::Position, lasagne::ParkedMessage> parked;
};

std::string seconds_since(const Message& first, const Message& message) {
  const auto elapsed = message.recorded_at - first.recorded_at;
  return fmt::format("+{:.3f}s", static_cast<double>(elapsed.count()) / 1e6);
}

std::string outcome_of(const Process& process, const Message& message) {
  if (const auto held = process.parked.find(message.position); held != process.parked.end()) {
    const auto& entry = held->second;
    if (entry.status == lasagne::ParkedMessage::Status::parked) return paint(Colour::red, "parked: " + entry.error);
    return paint(Colour::magenta, fmt::format("waits, {} attempts: {}", entry.attempts, entry.error));
  }
  if (message.kind == MessageKind::event) return {};
  const auto effects = process.effects.find(message.id);
  if (effects == process.effects.end()) return paint(Colour::dim, "nothing recorded");
  std::size_t events = 0;
  for (const Message* effect : effects->second) {
    if (effect->type == lasagne::type_name<lasagne::CommandRejected>) {
      const auto rejected = lasagne::from_json<lasagne::CommandRejected>(effect->data);
      return paint(Colour::red, "rejected: " + (rejected ? rejected->reason : effect->data));
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
                         paint(Colour::bold, message.type),
                         paint(Colour::dim, fmt::format("{}@{}", message.stream, message.revision)),
                         paint(Colour::dim, seconds_since(*process.messages.front(), message)),
                         outcome.empty() ? "" : "  ", outcome));
}

// Depth first, with a stack of its own: a chain of causes may be long.
void print_from(const Process& process, const Message& root) {
  std::vector<std::pair<const Message*, std::size_t>> open{{&root, 0}};
  while (!open.empty()) {
    const auto [message, depth] = open.back();
    open.pop_back();
    print(process, *message, depth);
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

}  // namespace

int trace(lasagne::Store& store, const std::string& wanted) {
  const auto id = correlation_of(store, wanted);
  if (!id) return complain(id.error());
  Process process;
  for (lasagne::Position after = 0; process.messages.size() < longest_trace;) {
    auto messages = store.read_process(*id, after, page);
    if (!messages) return complain(messages.error());
    process.messages.insert(process.messages.end(), messages->begin(), messages->end());
    if (messages->size() < page) break;
    after = messages->back()->position;
  }
  if (process.messages.empty()) {
    return complain({lasagne::ErrorCode::not_found, "no message of process " + id->to_string(), {}, std::nullopt});
  }
  const auto parked = store.parked({}, 0, page);
  if (!parked) return complain(parked.error());
  for (const auto& entry : *parked) process.parked[entry.position] = entry;
  std::map<Uuid, bool> known;
  for (const auto& message : process.messages) {
    known[message->id] = true;
    process.effects[message->metadata.causation_id].push_back(message.get());
  }
  print_line(paint(Colour::dim, fmt::format("process {}  {} messages  from {}", id->to_string(),
                                            process.messages.size(),
                                            process.messages.front()->recorded_at.to_string())));
  for (const auto& message : process.messages) {
    if (!known.contains(message->metadata.causation_id)) print_from(process, *message);
  }
  flush_output();
  return Exit::ok;
}

}  // namespace cli
