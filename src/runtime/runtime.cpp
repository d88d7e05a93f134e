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

ExecuteResult Runtime::execute_erased(const detail::MessageType& type, const void* command,
                                      const ExecuteOptions& options) {
  return impl_->execute(type, command, options);
}
Result<Sent> Runtime::send_erased(const detail::MessageType& type, const void* command, detail::WriteValue write,
                                  const SendOptions& options) {
  return impl_->send(type, command, write, options);
}
Result<std::optional<Revision>> Runtime::load_erased(const std::string& stream, detail::AnyState& state) {
  return impl_->load(stream, state);
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
