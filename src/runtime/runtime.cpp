#include "lasagne/runtime.hpp"

#include <utility>

#include "lasagne/json.hpp"
#include "runtime/runtime_impl.hpp"

namespace lasagne {

Runtime::Runtime(Store& store, std::vector<Module> modules, RuntimeOptions options)
    : impl_(std::make_unique<detail::RuntimeImpl>(store, std::move(modules), std::move(options))) {}
Runtime::~Runtime() = default;

void Runtime::start() { impl_->start(); }
bool Runtime::stop(std::chrono::milliseconds bound) { return impl_->stop(bound); }
std::optional<Error> Runtime::failure() const { return impl_->failure(); }
Result<void> Runtime::run_until_idle() { return impl_->run_until_idle(); }
Result<void> Runtime::wait_until_idle() { return impl_->wait_until_idle(); }

ExecuteResult Runtime::execute_erased(const detail::CommandRef& command, const ExecuteOptions& options) {
  return impl_->execute(command, options);
}
Result<std::vector<Sent>> Runtime::send_all(const std::vector<CommandEnvelope>& commands) {
  std::vector<detail::CommandToSend> refs;
  refs.reserve(commands.size());
  for (const auto& each : commands) refs.push_back({each.ref_, &each.options_});
  return impl_->send(refs);
}
Result<std::vector<Sent>> Runtime::send_erased(const std::vector<detail::CommandToSend>& commands) {
  return impl_->send(commands);
}
Result<std::optional<Revision>> Runtime::load_erased(const std::string& stream, detail::MakeState make,
                                                     const std::function<bool(detail::AnyState&)>& read) {
  return impl_->load(stream, make, read);
}

Result<std::vector<Runtime::ParkedView>> Runtime::parked(std::size_t limit) { return impl_->parked(limit); }
Result<void> Runtime::retry_parked(const std::string& processor, Position position) {
  return impl_->settle_parked(processor, position, false, {});
}
Result<void> Runtime::edit_and_retry_parked(const std::string& processor, Position position, std::string data) {
  if (auto problem = json_problem(data)) return fail(ErrorCode::invalid, "the edited data is not JSON: " + *problem);
  return impl_->settle_parked(processor, position, false, std::move(data));
}
Result<void> Runtime::skip_parked(const std::string& processor, Position position) {
  return impl_->settle_parked(processor, position, true, {});
}

}  // namespace lasagne
