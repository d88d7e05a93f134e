#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>

#include "lasagne/store_scheme.hpp"
#include "store/log/log_store.hpp"
#include "store/memory/memory_backing.hpp"
#include "store/system_clock.hpp"

namespace lasagne {

namespace {

Result<std::unique_ptr<Store>> open_memory(std::string_view url, const OpenOptions&) {
  if (url != "memory:") {
    return fail(ErrorCode::invalid, "store URL \"" + std::string(url) + "\": nothing may follow \"memory:\"");
  }
  auto opened = detail::LogStore::open(std::make_shared<detail::MemoryBacking>(), detail::system_now);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return *std::move(opened);
}

struct Schemes {
  std::mutex mutex;
  std::map<std::string, StoreOpener, std::less<>> openers{{"memory", open_memory}};  // guarded by mutex
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

std::unexpected<Error> unknown_scheme(std::string_view url, const std::string& scheme) {
  const std::string remedy = scheme == "sqlite" ? "link the program with lasagne::sqlite"
                                                : "register the scheme, or link the library that does";
  return fail(ErrorCode::invalid, "store URL \"" + std::string(url) + "\": this program has no store for \"" + scheme +
                                      ":\" (known here: " + known_schemes() + "); " + remedy);
}

}  // namespace

Result<void> register_store_scheme(std::string_view scheme, StoreOpener opener) {
  const std::string name(scheme);
  if (!is_scheme(scheme)) {
    return fail(ErrorCode::invalid, "store scheme \"" + name +
                                        "\": a scheme is a lower-case letter and then lower-case letters, digits, "
                                        "'+', '-' and '.'");
  }
  if (!opener) return fail(ErrorCode::invalid, "store scheme \"" + name + "\": the opener is empty");
  auto& table = schemes();
  const std::lock_guard lock(table.mutex);
  if (!table.openers.emplace(name, std::move(opener)).second) {
    return fail(ErrorCode::invalid, "store scheme \"" + name + "\": it is registered already");
  }
  return {};
}

std::vector<std::string> store_schemes() {
  auto& table = schemes();
  const std::lock_guard lock(table.mutex);
  std::vector<std::string> names;
  for (const auto& [name, opener] : table.openers) names.push_back(name);
  return names;
}

Result<std::unique_ptr<Store>> open_store(std::string_view url, const OpenOptions& options) {
  const auto colon = url.find(':');
  std::string whole(url);
  std::transform(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(std::min(colon, url.size())), whole.begin(),
                 to_lower);
  const std::string scheme = whole.substr(0, colon);
  if (colon == std::string_view::npos || !is_scheme(scheme)) return no_scheme(url);
  StoreOpener opener;  // a copy, called without the lock: it may open other stores
  {
    auto& table = schemes();
    const std::lock_guard lock(table.mutex);
    if (const auto found = table.openers.find(scheme); found != table.openers.end()) opener = found->second;
  }
  if (!opener) return unknown_scheme(url, scheme);
  std::string thrown = "what is no exception";
  try {
    auto opened = opener(whole, options);
    if (opened && *opened == nullptr) {
      return fail(ErrorCode::handler_failed, "store URL \"" + std::string(url) + "\": its opener gave a null store");
    }
    return opened;
  } catch (const std::exception& error) {
    thrown = error.what();
  } catch (...) {
  }
  return fail(ErrorCode::handler_failed, "store URL \"" + std::string(url) + "\": its opener threw: " + thrown);
}

std::unique_ptr<Store> open(std::string_view url, const OpenOptions& options) {
  auto opened = open_store(url, options);
  if (!opened) throw std::runtime_error(opened.error().message);
  return *std::move(opened);
}

}  // namespace lasagne
