#include "store/log/bounds.hpp"

#include <set>
#include <utility>

#include "lasagne/json.hpp"

namespace lasagne::detail {

namespace {

Error invalid(std::string message, const std::string& stream = {}) {
  return {ErrorCode::invalid, std::move(message), stream, std::nullopt};
}

Error too_long(const std::string& what, std::size_t bytes, std::size_t most, const std::string& stream = {}) {
  return invalid(
      what + " has " + std::to_string(bytes) + " bytes, and at most " + std::to_string(most) + " are allowed", stream);
}

std::optional<Error> check_message(const Append& append, const NewMessage& message) {
  if (message.id.is_nil())
    return invalid("a message for " + append.stream + " has no id: give it one, as of Uuid::generate()", append.stream);
  if (message.type.empty()) return invalid("a message for " + append.stream + " has no type", append.stream);
  if (message.type.size() > Limits::type_name_bytes) {
    return too_long("the type name", message.type.size(), Limits::type_name_bytes, append.stream);
  }
  if (message.data.size() > Limits::message_bytes) {
    return too_long("the data of " + message.type, message.data.size(), Limits::message_bytes, append.stream);
  }
  if (message.metadata.traceparent.size() > Limits::traceparent_bytes) {
    return too_long("the traceparent", message.metadata.traceparent.size(), Limits::traceparent_bytes, append.stream);
  }
  if (auto problem = json_problem(message.data)) {
    return invalid("the data of " + message.type + " is not JSON: " + *problem, append.stream);
  }
  return std::nullopt;
}

std::optional<Error> check_append(const Append& append, std::size_t& messages, std::size_t& bytes) {
  if (append.stream.empty()) return invalid("an append names no stream");
  if (append.stream.size() > Limits::stream_name_bytes) {
    return too_long("the stream name", append.stream.size(), Limits::stream_name_bytes);
  }
  if (append.messages.empty())
    return invalid("an append to " + append.stream + " has no message: leave it out, or add one", append.stream);
  messages += append.messages.size();
  if (messages > Limits::messages_per_commit) {
    return invalid("a commit may have at most " + std::to_string(Limits::messages_per_commit) + " messages");
  }
  for (const auto& message : append.messages) {
    if (auto error = check_message(append, message)) return error;
    bytes += message.data.size();
  }
  if (bytes > Limits::commit_bytes) {
    return invalid("a commit may have at most " + std::to_string(Limits::commit_bytes) + " bytes of data");
  }
  return std::nullopt;
}

std::optional<Error> check_size(std::string_view what, std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::nullopt;
  return too_long(std::string(what), text.size(), most);
}

std::optional<Error> check_parked(const ParkedMessage& entry, std::size_t& bytes) {
  bytes += entry.error.size() + entry.edited_data.size();
  if (auto error = check_size("the processor's name", entry.processor, Limits::key_bytes)) return error;
  if (auto error = check_size("the key of a parked message", entry.key, Limits::key_bytes)) return error;
  if (auto error = check_size("the error of a parked message", entry.error, Limits::error_bytes)) return error;
  return check_size("the data of a parked message", entry.edited_data, Limits::message_bytes);
}

// Timers, parked messages and the checkpoint; `bytes` is what the appends hold.
std::optional<Error> check_entries(const Commit& commit, std::size_t bytes) {
  const auto entries = commit.timers_set.size() + commit.timers_cancelled.size() + commit.parked_put.size() +
                       commit.parked_removed.size() + commit.parked_required.size();
  if (entries > Limits::entries_per_commit) {
    return invalid("a commit may have at most " + std::to_string(Limits::entries_per_commit) +
                   " timers and parked messages");
  }
  for (const auto& timer : commit.timers_set) {
    std::size_t count = 0;
    if (auto error = check_append({timer.stream, ExpectedRevision::any(), {timer.message}}, count, bytes)) return error;
    if (timer.key.empty()) return invalid("a timer has no key");
    if (auto error = check_size("the key of a timer", timer.key, Limits::key_bytes)) return error;
  }
  for (const auto& key : commit.timers_cancelled) {
    if (auto error = check_size("the key of a timer", key, Limits::key_bytes)) return error;
  }
  for (const auto& entry : commit.parked_put) {
    if (auto error = check_parked(entry, bytes)) return error;
  }
  if (bytes > Limits::commit_bytes) {
    return invalid("a commit may have at most " + std::to_string(Limits::commit_bytes) + " bytes of data");
  }
  return commit.checkpoint ? check_size("the processor's name", commit.checkpoint->processor, Limits::key_bytes)
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
        return std::unexpected(
            invalid("the commit has two appends to " + append.stream + ": make one of them", append.stream));
      }
    }
  }
  if (auto error = check_entries(commit, bytes)) return std::unexpected(*std::move(error));
  return {};
}

Result<void> check_stream_name(std::string_view name) {
  if (!name.empty() && name.size() <= Limits::stream_name_bytes) return {};
  return fail(ErrorCode::invalid, "a stream name has 1 to " + std::to_string(Limits::stream_name_bytes) +
                                      " bytes, and this one has " + std::to_string(name.size()));
}

}  // namespace lasagne::detail
