#include "runtime/runtime_log.hpp"

#include <cstdio>

#include "runtime/guarded.hpp"

namespace lasagne {

std::string_view to_string(LogEntry::Level level) noexcept {
  switch (level) {
    case LogEntry::Level::debug:
      return "debug";
    case LogEntry::Level::info:
      return "info";
    case LogEntry::Level::warning:
      return "warning";
    case LogEntry::Level::error:
      return "error";
  }
  return "?";
}

namespace detail {

void RuntimeLog::operator()(const LogEntry& entry) const {
  if (!write_) return;
  const auto written = guarded([&] { write_(entry); });
  if (written) return;
  std::fprintf(stderr, "lasagne: RuntimeOptions::log failed (%s) to write: %s\n", written.error().error.c_str(),
               entry.text.c_str());
}

}  // namespace detail
}  // namespace lasagne
