#include "testing/simulation/narrate.hpp"

namespace lasagne::testing::detail {

namespace {

// "Order-…4f21c0": what tells ids apart is in their ends.
std::string shortened(const std::string& stream) {
  constexpr std::size_t id = 36;
  constexpr std::size_t kept = 6;
  const auto dash = stream.find('-');
  if (dash == std::string::npos || stream.size() - dash - 1 != id) return stream;
  return stream.substr(0, dash + 1) + "…" + stream.substr(stream.size() - kept);
}

std::string status(ParkedMessage::Status status) {
  switch (status) {
    case ParkedMessage::Status::retrying:
      return "waits for another attempt";
    case ParkedMessage::Status::parked:
      return "is parked";
    case ParkedMessage::Status::queued:
      return "queues";
    case ParkedMessage::Status::calling:
      return "is called";
  }
  return {};
}

}  // namespace

std::string narrate(const Commit& commit, const Result<Committed>& outcome) {
  if (!outcome) return "refused (" + std::string(to_string(outcome.error().code)) + "): " + outcome.error().message;
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  for (std::size_t i = 0; i < commit.appends.size(); ++i) {
    const auto& append = commit.appends[i];
    std::string types;
    for (const auto& message : append.messages) types += (types.empty() ? "" : ", ") + message.type;
    add(types + " -> " + shortened(append.stream) + " at " + std::to_string(outcome->revisions.at(i)));
  }
  for (const auto& timer : commit.timers_set) add("timer " + timer.key + " for " + timer.due.to_string());
  for (const auto& key : commit.timers_cancelled) add("timer " + key + " is cancelled");
  if (commit.timer_fired) add("timer " + commit.timer_fired->key + " fires");
  for (const auto& entry : commit.parked_put) {
    add("the message at " + std::to_string(entry.position) + " " + status(entry.status) +
        (entry.error.empty() ? "" : " (" + entry.error + ")"));
  }
  if (text.empty()) text = "nothing to record";
  if (commit.checkpoint) {
    text += "; checkpoint " + std::to_string(commit.checkpoint->from) + " -> " + std::to_string(commit.checkpoint->to);
  }
  if (outcome->repeated) text += " (it was in the log already)";
  return text;
}

}  // namespace lasagne::testing::detail
