// Commands from outside: handled now, or put on the bus.
#include <algorithm>
#include <utility>

#include "runtime/runtime_impl.hpp"

namespace lasagne::detail {

namespace {

std::unexpected<Refusal> refuse(Error error) {
  const bool conflict = error.code == ErrorCode::conflict;
  return std::unexpected(Refusal{conflict ? Refusal::Kind::conflict : Refusal::Kind::failed, {}, std::move(error)});
}

Error handler_failed(const std::string& doing, const std::string& stream, const HandlerFailure& failure) {
  return {ErrorCode::handler_failed, doing + " failed: " + failure.error, stream, std::nullopt};
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

ExecuteResult RuntimeImpl::execute(const CommandRef& command, const ExecuteOptions& options) {
  const auto& type = *command.type;
  if (auto problem = registry_.sending_problem(type.name, type.type); !problem.empty()) {
    return refuse({ErrorCode::invalid, std::move(problem), {}, std::nullopt});
  }
  const Decider* decider = registry_.decider_of(type.name);
  if (decider == nullptr) {
    return refuse(
        {ErrorCode::invalid,
         std::string(type.name) + " is handled by a module of which this runtime knows only the bus: send it instead",
         {},
         std::nullopt});
  }
  const auto wrapped = guarded([&] { return decider->wrap(*type.type, command.object); });
  if (!wrapped) return refuse(handler_failed("taking a " + std::string(type.name), {}, wrapped.error()));
  for (int attempt = 0;; ++attempt) {
    auto result = decide_once(*decider, **wrapped, options);
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
                     command.stream + " was expected at " + options.expected->to_string() + " but " +
                         (actual ? "is at revision " + std::to_string(*actual) : std::string("does not exist")) +
                         ": load it and decide again",
                     command.stream, actual});
    }
    auto decided = decider.decide(command, *loaded.state);
    return record(command, std::move(loaded), std::move(decided), options);
  } catch (const StoreFailure& failure) {
    return refuse(failure.error());
  } catch (const EncodeFailure& error) {
    return refuse({ErrorCode::invalid, error.what(), command.stream, std::nullopt});
  } catch (...) {
    return refuse(handler_failed("handling a command for " + command.stream, command.stream, failure_under_way()));
  }
}

ExecuteResult RuntimeImpl::record(const AnyCommand& command, LoadedState loaded, Decided decided,
                                  const ExecuteOptions& options) {
  const Uuid command_id = Uuid::generate();
  const bool joins = loaded.revision.has_value() && !loaded.correlation_id.is_nil();
  const std::size_t count = decided.rejection ? 0 : decided.events.size();
  Executed executed;
  executed.stream = command.stream;
  executed.correlation_id = options.correlation_id.value_or(joins ? loaded.correlation_id : command_id);
  executed.position = store_.visible_position();  // what the answer rests on
  if (count > 0) {
    Commit commit;
    commit.recorded_at = now();
    const auto expected = loaded.revision ? ExpectedRevision::exactly(*loaded.revision) : ExpectedRevision::no_stream();
    auto& append = commit.appends.emplace_back(Append{command.stream, expected, {}});
    for (auto& event : decided.events) {
      append.messages.push_back({Uuid::generate(),
                                 MessageKind::event,
                                 std::move(event.type),
                                 std::move(event.data),
                                 {executed.correlation_id, command_id, options.traceparent}});
    }
    auto committed = store_.append_taking(commit, Await::visible);
    if (!committed) return refuse(std::move(committed.error()));
    executed.position = committed->position;
    const bool afresh = !loaded.revision && committed->revisions[0] + 1 != count;
    if (!loaded.revision) loaded.correlation_id = executed.correlation_id;
    loaded.revision = committed->revisions[0];
    executed.etag = ETag{*loaded.revision};
    if (!afresh) cache_.put(command.stream, std::move(loaded));
  } else if (loaded.revision) {
    executed.etag = ETag{*loaded.revision};
    cache_.put(command.stream, std::move(loaded));
  }
  if (auto durable = store_.flush(executed.position); !durable) {
    Error error = std::move(durable.error());
    if (count > 0 && error.code == ErrorCode::unavailable) error.code = ErrorCode::commit_unknown;
    return refuse(std::move(error));
  }
  if (decided.rejection) return std::unexpected(Refusal{Refusal::Kind::rejected, *std::move(decided.rejection), {}});
  if (count > 0) {  // one commit's messages stand side by side
    auto recorded = store_.read_all(executed.position - count, {}, count);
    if (recorded) executed.events = std::move(recorded->messages);
  }
  return executed;
}

Result<Sent> RuntimeImpl::stage(const CommandToSend& sending, Commit& commit) {
  const auto& command = sending.command;
  const auto& options = *sending.options;
  const auto& type = *command.type;
  if (auto problem = registry_.sending_problem(type.name, type.type); !problem.empty()) {
    return fail(ErrorCode::invalid, std::move(problem));
  }
  const auto bus = registry_.bus_of(type.name);
  Sent sent;
  sent.id = options.id.is_nil() ? Uuid::generate() : options.id;
  sent.correlation_id = options.correlation_id.value_or(sent.id);
  const Decider* decider = registry_.decider_of(type.name);
  auto encoded = guarded([&] { return encode_erased(type, command.object, command.write); });
  if (!encoded) return fail(ErrorCode::invalid, encoded.error().error);  // EncodeFailure, or what a JsonAs throws
  if (!options.correlation_id && decider != nullptr) {
    const auto target = guarded([&] { return decider->wrap(*type.type, command.object)->stream; });
    if (!target) return std::unexpected(handler_failed("sending a " + std::string(type.name), {}, target.error()));
    const auto read = store_.read_stream(*target, 0, Direction::forwards, 1);
    if (read && !read->correlation_id.is_nil()) sent.correlation_id = read->correlation_id;
  }
  auto append = std::ranges::find(commit.appends, bus, &Append::stream);
  if (append == commit.appends.end()) {
    append = commit.appends.insert(append, Append{std::string(bus), ExpectedRevision::any(), {}});
  }
  append->messages.push_back({sent.id,
                              MessageKind::command,
                              std::move(encoded->type),
                              std::move(encoded->data),
                              {sent.correlation_id, {}, options.traceparent}});
  return sent;
}

Result<std::vector<Sent>> RuntimeImpl::send(const std::vector<CommandToSend>& commands) {
  std::vector<Sent> all;
  if (commands.empty()) return all;
  Commit commit;
  commit.recorded_at = now();
  for (const auto& command : commands) {
    auto sent = stage(command, commit);
    if (!sent) return std::unexpected(std::move(sent.error()));
    all.push_back(*std::move(sent));
  }
  const auto committed = store_.append_taking(commit, Await::durable);
  if (!committed) return std::unexpected(committed.error());
  for (auto& sent : all) sent.position = committed->position;
  return all;
}

// The state goes back to the cache before the flush, so that nobody folds it again meanwhile.
Result<std::optional<Revision>> RuntimeImpl::load(const std::string& stream, MakeState make,
                                                  const std::function<bool(AnyState&)>& read) {
  try {
    auto loaded = load_state(store_, cache_, stream, make);
    const auto revision = loaded.revision;
    if (read(*loaded.state) && revision) cache_.put(stream, std::move(loaded));
    if (auto durable = store_.flush(store_.visible_position()); !durable) return std::unexpected(durable.error());
    return revision;
  } catch (const StoreFailure& failure) {
    return std::unexpected(failure.error());
  } catch (...) {
    return std::unexpected(handler_failed("folding " + stream, stream, failure_under_way()));
  }
}

}  // namespace lasagne::detail
