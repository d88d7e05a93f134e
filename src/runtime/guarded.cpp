#include "runtime/guarded.hpp"

#include "lasagne/detail/handlers.hpp"

namespace lasagne::detail {

HandlerFailure failure_under_way() {
  using Kind = HandlerFailure::Kind;
  const auto text = [](const std::exception& error) {
    const char* const what = error.what();
    return std::string(what == nullptr ? "an exception without a text" : what);
  };
  try {
    throw;
  } catch (const StoreFailure& failure) {
    const auto code = failure.error().code;
    if (code == ErrorCode::unavailable || code == ErrorCode::failed) throw;
    return {Kind::permanent, failure.what(), std::current_exception()};
  } catch (const NotYet& error) {
    return {Kind::not_yet, text(error), std::current_exception()};
  } catch (const DecodeFailure& error) {
    return {Kind::undecodable, text(error), std::current_exception()};
  } catch (const PermanentError& error) {
    return {Kind::permanent, text(error), std::current_exception()};
  } catch (const std::exception& error) {
    return {Kind::thrown, text(error), std::current_exception()};
  } catch (...) {
    return {Kind::thrown, "it threw something that is no std::exception", std::current_exception()};
  }
}

}  // namespace lasagne::detail
