#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "lasagne/store_scheme.hpp"
#include "store/log/log_store.hpp"
#include "store/memory/memory_backing.hpp"
#include "store/system_clock.hpp"

namespace lasagne {

namespace {

Result<std::unique_ptr<Store>> open_memory(std::string_view url, const OpenOptions& options) {
  if (url != "memory:") {
    return fail(ErrorCode::invalid, "store URL \"" + std::string(url) + "\": nothing may follow \"memory:\"");
  }
  auto opened = detail::LogStore::open(std::make_shared<detail::MemoryBacking>(), detail::clock_of(options), {},
                                       detail::log_of(options));
  if (!opened) return std::unexpected(std::move(opened.error()));
  return *std::move(opened);
}

struct Schemes {
  std::mutex mutex;
  std::map<std::string, StoreOpener, std::less<>> openers{{"memory", open_memory}};  // guarded by mutex
  std::map<std::string, StoreVerifier, std::less<>> verifiers;                       // likewise
};

// Made when it is first asked for, since schemes are registered before main, and never unmade, since static objects may
// open stores while they are being destroyed.
Schemes& schemes() {
  static auto& made = *new Schemes;
  return made;
}

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// RFC 3986, section 3.1.
bool is_scheme(std::string_view text) {
  return !text.empty() && is_lower(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_lower(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

std::string known_schemes() {
  std::string known;
  for (const auto& scheme : store_schemes()) known += (known.empty() ? "" : ", ") + scheme + ":";
  return known;
}

std::unexpected<Error> no_scheme(std::string_view url) {
  return fail(ErrorCode::invalid,
              "store URL \"" + std::string(url) +
                  "\": it begins with no scheme; for a file write sqlite:PATH (known here: " + known_schemes() + ")");
}

Error unknown_scheme(std::string_view url, const std::string& scheme) {
  const std::string remedy = scheme == "sqlite" ? "link the program with lasagne::sqlite"
                                                : "register the scheme, or link the library that does";
  return {ErrorCode::invalid,
          "store URL \"" + std::string(url) + "\": this program has no store for \"" + scheme +
              ":\" (known here: " + known_schemes() + "); " + remedy,
          {},
          {}};
}

}  // namespace

namespace {

// `what` is what the function is, for the error's text.
template <class Function>
Result<void> add_to(std::map<std::string, Function, std::less<>> Schemes::* table, std::string_view scheme,
                    Function function, std::string_view what) {
  const std::string name(scheme);
  if (!is_scheme(scheme)) {
    return fail(ErrorCode::invalid, "store scheme \"" + name +
                                        "\": a scheme is a lower-case letter and then lower-case letters, digits, "
                                        "'+', '-' and '.'");
  }
  if (!function)
    return fail(ErrorCode::invalid, "store scheme \"" + name + "\": the " + std::string(what) + " is empty");
  auto& known = schemes();
  const std::lock_guard lock(known.mutex);
  if (!(known.*table).emplace(name, std::move(function)).second) {
    return fail(ErrorCode::invalid, "store scheme \"" + name + "\": it is registered already");
  }
  return {};
}

}  // namespace

Result<void> register_store_scheme(std::string_view scheme, StoreOpener opener) {
  return add_to(&Schemes::openers, scheme, std::move(opener), "opener");
}

Result<void> register_store_verifier(std::string_view scheme, StoreVerifier verifier) {
  return add_to(&Schemes::verifiers, scheme, std::move(verifier), "verifier");
}

std::vector<std::string> store_schemes() {
  auto& table = schemes();
  const std::lock_guard lock(table.mutex);
  std::vector<std::string> names;
  for (const auto& [name, opener] : table.openers) names.push_back(name);
  return names;
}

namespace {

// Calls what `table` has for the scheme of `url`, with the URL's scheme in lower case; `missing` when it has nothing.
template <class Function, class Call>
auto dispatch(std::string_view url, std::map<std::string, Function, std::less<>> Schemes::* table, Call call,
              Error (*missing)(std::string_view, const std::string&))
    -> decltype(call(std::declval<Function&>(), std::string())) {
  const auto colon = url.find(':');
  std::string whole(url);
  std::transform(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(std::min(colon, url.size())), whole.begin(),
                 to_lower);
  const std::string scheme = whole.substr(0, colon);
  if (colon == std::string_view::npos || !is_scheme(scheme)) return no_scheme(url);
  Function function;  // a copy, called without the lock: it may open other stores
  {
    auto& known = schemes();
    const std::lock_guard lock(known.mutex);
    if (const auto found = (known.*table).find(scheme); found != (known.*table).end()) function = found->second;
  }
  if (!function) return std::unexpected(missing(url, scheme));
  std::string thrown = "something that is not a std::exception";
  try {
    return call(function, whole);
  } catch (const std::exception& error) {
    thrown = error.what();
  } catch (...) {
  }
  return fail(ErrorCode::handler_failed, "store URL \"" + std::string(url) + "\": its opener threw: " + thrown);
}

Error no_verifier(std::string_view url, const std::string& scheme) {
  const auto known = store_schemes();
  if (std::ranges::find(known, scheme) == known.end()) return unknown_scheme(url, scheme);
  return {ErrorCode::unsupported,
          "store URL \"" + std::string(url) + "\": a store of \"" + scheme +
              ":\" keeps no checksums and cannot be verified",
          {},
          {}};
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(std::string_view url, const OpenOptions& options) {
  const auto call = [&](const StoreOpener& opener, const std::string& whole) -> Result<std::unique_ptr<Store>> {
    auto opened = opener(whole, options);
    if (opened && *opened == nullptr) {
      return fail(ErrorCode::handler_failed, "store URL \"" + std::string(url) + "\": its opener gave a null store");
    }
    return opened;
  };
  return dispatch(url, &Schemes::openers, call, unknown_scheme);
}

Result<VerifyReport> verify_store(std::string_view url, const VerifyOptions& options) {
  const auto call = [&](const StoreVerifier& verifier, const std::string& whole) { return verifier(whole, options); };
  return dispatch(url, &Schemes::verifiers, call, no_verifier);
}

std::unique_ptr<Store> open(std::string_view url, const OpenOptions& options) {
  auto opened = open_store(url, options);
  if (!opened) throw std::runtime_error(opened.error().message);
  return *std::move(opened);
}

}  // namespace lasagne
