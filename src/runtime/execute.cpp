// Commands from outside: handled now, or put on the bus.
#include <utility>

#include "runtime/runtime_impl.hpp"

namespace lasagne::detail {

namespace {

std::unexpected<Refusal> refuse(Error error) {
  const bool conflict = error.code == ErrorCode::conflict;
  return std::unexpected(Refusal{conflict ? Refusal::Kind::conflict : Refusal::Kind::failed, {}, std::move(error)});
}

bool meets(ExpectedRevision expected, std::optional<Revision> actual) {
  using Kind = ExpectedRevision::Kind;
  switch (expected.kind()) {
    case Kind::any:
      return true;
    case Kind::no_stream:
      return !actual;
    case Kind::stream_exists:
      return actual.has_value();
    case Kind::exactly:
      return actual == expected.revision();
  }
  return false;
}

}  // namespace

ExecuteResult RuntimeImpl::execute(const MessageType& type, const void* command, const ExecuteOptions& options) {
  if (auto problem = registry_.sending_problem(type.name, type.type); !problem.empty()) {
    return refuse({ErrorCode::invalid, std::move(problem), {}, std::nullopt});
  }
  const Decider* decider = registry_.decider_of(type.name);
  if (decider == nullptr) {
    return refuse({ErrorCode::invalid,
                   std::string(type.name) + " is handled by a module that this runtime only knows the bus of: send it",
                   {},
                   std::nullopt});
  }
  const auto wrapped = decider->wrap(*type.type, command);
  for (int attempt = 0;; ++attempt) {
    auto result = decide_once(*decider, *wrapped, options);
    const bool contended = !result && result.error().kind == Refusal::Kind::conflict && !options.expected;
    if (!contended || attempt == RuntimeLimits::reloads_on_conflict) return result;
  }
}

ExecuteResult RuntimeImpl::decide_once(const Decider& decider, const AnyCommand& command,
                                       const ExecuteOptions& options) {
  try {
    auto loaded = load_state(store_, cache_, command.stream, decider.state());
    if (options.expected && !meets(*options.expected, loaded.revision)) {
      const auto actual = loaded.revision;
      if (loaded.revision) cache_.put(command.stream, std::move(loaded));
      return refuse({ErrorCode::conflict,
                     command.stream + " is expected at " + options.expected->to_string() + " but " +
                         (actual ? "is at revision " + std::to_string(*actual) : std::string("does not exist")),
                     command.stream, actual});
    }
    auto decided = decider.decide(command, *loaded.state);
    return record(command, std::move(loaded), std::move(decided), options);
  } catch (const StoreFailure& failure) {
    return refuse(failure.error());
  } catch (const EncodeFailure& error) {
    return refuse({ErrorCode::invalid, error.what(), command.stream, std::nullopt});
  } catch (const std::exception& error) {
    return refuse({ErrorCode::handler_failed, "handling a command for " + command.stream + " failed: " + error.what(),
                   command.stream, std::nullopt});
  } catch (...) {
    return refuse({ErrorCode::handler_failed,
                   "handling a command for " + command.stream + " failed: the handler threw no std::exception",
                   command.stream, std::nullopt});
  }
}

ExecuteResult RuntimeImpl::record(const AnyCommand& command, LoadedState loaded, Decided decided,
                                  const ExecuteOptions& options) {
  const Uuid command_id = Uuid::generate();
  const bool joins = loaded.revision.has_value() && !loaded.correlation_id.is_nil();
  const Uuid correlation_id = options.correlation_id.value_or(joins ? loaded.correlation_id : command_id);
  Position told = store_.visible_position();  // what the answer rests on
  std::optional<Rejection> rejection = std::move(decided.rejection);
  Executed executed{std::nullopt, command.stream, correlation_id, decided.events.size()};
  if (!rejection && !decided.events.empty()) {
    Commit commit;
    commit.recorded_at = now();
    const auto expected = loaded.revision ? ExpectedRevision::exactly(*loaded.revision) : ExpectedRevision::no_stream();
    auto& append = commit.appends.emplace_back(Append{command.stream, expected, {}});
    for (auto& event : decided.events) {
      append.messages.push_back({Uuid::generate(),
                                 MessageKind::event,
                                 std::move(event.type),
                                 std::move(event.data),
                                 {correlation_id, command_id, options.traceparent}});
    }
    auto committed = store_.append(commit, Await::visible);
    if (!committed) return refuse(std::move(committed.error()));
    told = committed->position;
    const bool afresh = !loaded.revision && committed->revisions[0] + 1 != append.messages.size();
    if (!loaded.revision) loaded.correlation_id = correlation_id;
    loaded.revision = committed->revisions[0];
    executed.etag = ETag{*loaded.revision};
    if (!afresh) cache_.put(command.stream, std::move(loaded));
  } else if (loaded.revision) {
    executed.etag = ETag{*loaded.revision};
    cache_.put(command.stream, std::move(loaded));
  }
  if (auto durable = store_.flush(told); !durable) {
    Error error = std::move(durable.error());
    if (executed.events > 0 && error.code == ErrorCode::unavailable) error.code = ErrorCode::commit_unknown;
    return refuse(std::move(error));
  }
  if (rejection) return std::unexpected(Refusal{Refusal::Kind::rejected, *std::move(rejection), {}});
  return executed;
}

Result<Sent> RuntimeImpl::send(const MessageType& type, const void* command, WriteValue write,
                               const SendOptions& options) {
  if (auto problem = registry_.sending_problem(type.name, type.type); !problem.empty()) {
    return fail(ErrorCode::invalid, std::move(problem));
  }
  Encoded encoded;
  try {
    encoded = encode_erased(type, command, write);
  } catch (const std::exception& error) {  // EncodeFailure, or what a JsonAs throws
    return fail(ErrorCode::invalid, error.what());
  }
  Sent sent;
  sent.id = options.id.is_nil() ? Uuid::generate() : options.id;
  sent.correlation_id = options.correlation_id.value_or(sent.id);
  const Decider* decider = registry_.decider_of(type.name);
  if (!options.correlation_id && decider != nullptr) {
    const auto target = store_.read_stream(decider->wrap(*type.type, command)->stream, 0, Direction::forwards, 1);
    if (target && !target->correlation_id.is_nil()) sent.correlation_id = target->correlation_id;
  }
  Commit commit;
  commit.recorded_at = now();
  commit.appends.push_back({std::string(registry_.bus_of(type.name)),
                            ExpectedRevision::any(),
                            {{sent.id,
                              MessageKind::command,
                              std::move(encoded.type),
                              std::move(encoded.data),
                              {sent.correlation_id, {}, options.traceparent}}}});
  auto committed = store_.append(commit, Await::durable);
  if (!committed) return std::unexpected(std::move(committed.error()));
  sent.position = committed->position;
  return sent;
}

Result<std::optional<Revision>> RuntimeImpl::load(const std::string& stream, AnyState& state) {
  std::optional<Revision> revision;
  try {
    for (Revision from = 0;;) {
      auto slice = store_.read_stream(stream, from, Direction::forwards, 512);
      if (!slice) {
        if (slice.error().code == ErrorCode::not_found) break;
        return std::unexpected(std::move(slice.error()));
      }
      for (const auto& message : slice->messages) state.apply(message->type, message->data);
      if (slice->end || slice->messages.empty()) {
        revision = slice->head;
        if (auto durable = store_.flush(store_.visible_position()); !durable) return std::unexpected(durable.error());
        break;
      }
      from = slice->messages.back()->revision + 1;
    }
  } catch (const std::exception& error) {
    return fail(ErrorCode::handler_failed, stream + " does not fold: " + error.what(), stream);
  }
  return revision;
}

}  // namespace lasagne::detail
