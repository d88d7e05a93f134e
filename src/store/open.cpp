#include <chrono>
#include <stdexcept>
#include <string>

#include "lasagne/store.hpp"
#include "store/log/log_store.hpp"
#include "store/memory/memory_backing.hpp"
#include "store/sqlite/read_only_store.hpp"
#include "store/sqlite/sqlite_backing.hpp"

namespace lasagne {

namespace {

Timestamp system_now() {
  return {std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

template <class S>
Result<std::unique_ptr<Store>> upcast(Result<std::unique_ptr<S>> opened) {
  if (!opened) return std::unexpected(std::move(opened.error()));
  return std::unique_ptr<Store>(*std::move(opened));
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(std::string_view url, const OpenOptions& options) {
  constexpr std::string_view sqlite = "sqlite:";
  if (url == "memory:") {
    return upcast(detail::LogStore::open(std::make_shared<detail::MemoryBacking>(), system_now));
  }
  if (url.starts_with(sqlite)) {
    const std::string path(url.substr(sqlite.size()));
    auto backing = detail::open_sqlite_backing(path, options);
    if (!backing) return std::unexpected(std::move(backing.error()));
    if (options.read_only) return detail::open_read_only_store(*backing, path, system_now);
    return upcast(detail::LogStore::open(*std::move(backing), system_now));
  }
  return fail(ErrorCode::invalid, "store URL \"" + std::string(url) + "\": expected sqlite:PATH or memory:");
}

std::unique_ptr<Store> open(std::string_view url, const OpenOptions& options) {
  auto opened = open_store(url, options);
  if (!opened) throw std::runtime_error(opened.error().message);
  return *std::move(opened);
}

}  // namespace lasagne
