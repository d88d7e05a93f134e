#include "store/log/bounds.hpp"

#include <set>
#include <utility>

#include "lasagne/json.hpp"

namespace lasagne::detail {

namespace {

Error invalid(std::string message, const std::string& stream = {}) {
  return {ErrorCode::invalid, std::move(message), stream, std::nullopt};
}

std::optional<Error> check_message(const Append& append, const NewMessage& message) {
  if (message.id.is_nil()) return invalid("a message for " + append.stream + " has no id", append.stream);
  if (message.type.empty()) return invalid("a message for " + append.stream + " has no type", append.stream);
  if (message.type.size() > Limits::type_name_bytes) {
    return invalid("type name of " + std::to_string(message.type.size()) + " bytes, at most " +
                       std::to_string(Limits::type_name_bytes) + " are taken",
                   append.stream);
  }
  if (message.data.size() > Limits::message_bytes) {
    return invalid(message.type + " of " + std::to_string(message.data.size()) + " bytes, at most " +
                       std::to_string(Limits::message_bytes) + " are taken",
                   append.stream);
  }
  if (message.metadata.traceparent.size() > Limits::traceparent_bytes) {
    return invalid("traceparent of " + std::to_string(message.metadata.traceparent.size()) + " bytes, at most " +
                       std::to_string(Limits::traceparent_bytes) + " are taken",
                   append.stream);
  }
  if (auto problem = json_problem(message.data)) {
    return invalid("data of " + message.type + " is not JSON: " + *problem, append.stream);
  }
  return std::nullopt;
}

std::optional<Error> check_append(const Append& append, std::size_t& messages, std::size_t& bytes) {
  if (append.stream.empty()) return invalid("an append names no stream");
  if (append.stream.size() > Limits::stream_name_bytes) {
    return invalid("stream name of " + std::to_string(append.stream.size()) + " bytes, at most " +
                   std::to_string(Limits::stream_name_bytes) + " are taken");
  }
  if (append.messages.empty()) return invalid("an append to " + append.stream + " has no message", append.stream);
  messages += append.messages.size();
  if (messages > Limits::messages_per_commit) {
    return invalid("a commit takes at most " + std::to_string(Limits::messages_per_commit) + " messages");
  }
  for (const auto& message : append.messages) {
    if (auto error = check_message(append, message)) return error;
    bytes += message.data.size();
  }
  if (bytes > Limits::commit_bytes) {
    return invalid("a commit takes at most " + std::to_string(Limits::commit_bytes) + " bytes of data");
  }
  return std::nullopt;
}

std::optional<Error> check_size(std::string_view what, std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::nullopt;
  return invalid(std::string(what) + " of " + std::to_string(text.size()) + " bytes, at most " + std::to_string(most) +
                 " are taken");
}

std::optional<Error> check_parked(const ParkedMessage& entry, std::size_t& bytes) {
  bytes += entry.error.size() + entry.edited_data.size();
  if (auto error = check_size("processor name", entry.processor, Limits::key_bytes)) return error;
  if (auto error = check_size("key of a parked message", entry.key, Limits::key_bytes)) return error;
  if (auto error = check_size("error of a parked message", entry.error, Limits::error_bytes)) return error;
  return check_size("data of a parked message", entry.edited_data, Limits::message_bytes);
}

// Timers, parked messages and the checkpoint; `bytes` is what the appends hold.
std::optional<Error> check_entries(const Commit& commit, std::size_t bytes) {
  const auto entries = commit.timers_set.size() + commit.timers_cancelled.size() + commit.parked_put.size() +
                       commit.parked_removed.size() + commit.parked_required.size();
  if (entries > Limits::entries_per_commit) {
    return invalid("a commit takes at most " + std::to_string(Limits::entries_per_commit) +
                   " timers and parked messages");
  }
  for (const auto& timer : commit.timers_set) {
    std::size_t count = 0;
    if (auto error = check_append({timer.stream, ExpectedRevision::any(), {timer.message}}, count, bytes)) return error;
    if (timer.key.empty()) return invalid("a timer has no key");
    if (auto error = check_size("key of a timer", timer.key, Limits::key_bytes)) return error;
  }
  for (const auto& key : commit.timers_cancelled) {
    if (auto error = check_size("key of a timer", key, Limits::key_bytes)) return error;
  }
  for (const auto& entry : commit.parked_put) {
    if (auto error = check_parked(entry, bytes)) return error;
  }
  if (bytes > Limits::commit_bytes) {
    return invalid("a commit takes at most " + std::to_string(Limits::commit_bytes) + " bytes of data");
  }
  return commit.checkpoint ? check_size("processor name", commit.checkpoint->processor, Limits::key_bytes)
                           : std::nullopt;
}

}  // namespace

Result<void> check_bounds(const Commit& commit) {
  std::size_t messages = 0;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < commit.appends.size(); ++i) {
    if (auto error = check_append(commit.appends[i], messages, bytes)) return std::unexpected(*std::move(error));
  }
  if (commit.appends.size() > 1) {
    std::set<std::string_view> names;
    for (const auto& append : commit.appends) {
      if (!names.insert(append.stream).second) {
        return std::unexpected(invalid(append.stream + " stands twice in one commit", append.stream));
      }
    }
  }
  if (auto error = check_entries(commit, bytes)) return std::unexpected(*std::move(error));
  return {};
}

Result<void> check_stream_name(std::string_view name) {
  if (!name.empty() && name.size() <= Limits::stream_name_bytes) return {};
  return fail(ErrorCode::invalid, "stream names have 1 to " + std::to_string(Limits::stream_name_bytes) + " bytes");
}

}  // namespace lasagne::detail
