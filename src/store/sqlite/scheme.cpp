// Registers "sqlite:" with the table of store schemes, in each program that links lasagne::sqlite. Nobody calls
// anything in here, and what nobody calls a linker takes from no library; so this file is an object file on the
// programs' own link line (see src/CMakeLists.txt).
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "lasagne/store_scheme.hpp"
#include "store/log/log_store.hpp"
#include "store/sqlite/read_only_store.hpp"
#include "store/sqlite/sqlite_backing.hpp"
#include "store/sqlite/verify.hpp"
#include "store/system_clock.hpp"

namespace lasagne::detail {

namespace {

Result<std::unique_ptr<Store>> open_sqlite(std::string_view url, const OpenOptions& options) {
  const std::string path(url.substr(url.find(':') + 1));
  constexpr std::chrono::milliseconds longest_wait = std::chrono::hours{24};
  SqliteSettings settings;
  settings.busy_wait_ms = static_cast<int>(std::clamp(options.busy_wait, {}, longest_wait).count());
  auto backing = open_sqlite_backing(path, options, std::move(settings));
  if (!backing) return std::unexpected(std::move(backing.error()));
  if (options.read_only) return open_read_only_store(*std::move(backing), path, clock_of(options));
  auto opened = LogStore::open(*std::move(backing), clock_of(options), {}, log_of(options));
  if (!opened) return std::unexpected(std::move(opened.error()));
  return *std::move(opened);
}

Result<VerifyReport> verify_sqlite(std::string_view url, const VerifyOptions& options) {
  return sqlite::verify_file(std::string(url.substr(url.find(':') + 1)), options);
}

// Its priority lets other static objects open stores. In a program with a plug-in that links Lasagne too it runs twice,
// and the second time changes nothing.
[[gnu::constructor(101)]] void register_sqlite() {
  (void)register_store_scheme("sqlite", open_sqlite);
  (void)register_store_verifier("sqlite", verify_sqlite);
}

}  // namespace

}  // namespace lasagne::detail
