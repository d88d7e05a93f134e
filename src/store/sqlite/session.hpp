// What all reading of a file on one connection shares: prepared statements, and the names of streams and types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/settings.hpp"

namespace lasagne::detail::sqlite {

// One thread at a time. The connection must outlive it.
class Session {
 public:
  Session(const Connection& connection, const SqliteSettings& settings)
      : connection_(connection), cached_names_(settings.cached_stream_names) {}

  [[nodiscard]] const Connection& connection() const noexcept { return connection_; }
  // The statement for this text of sql.hpp, prepared at its first use.
  [[nodiscard]] Result<Statement*> statement(std::string_view sql);

  [[nodiscard]] Result<std::optional<std::int64_t>> stream_id(std::string_view name);
  [[nodiscard]] Result<std::optional<std::int64_t>> type_id(std::string_view name);
  // The names of numbers that messages bear: what is not there is damage. Valid until the next call.
  [[nodiscard]] Result<const std::string*> stream_name(std::int64_t id);
  [[nodiscard]] Result<const std::string*> type_name(std::int64_t id);

 private:
  Result<std::optional<std::int64_t>> id_of(std::string_view sql, std::string_view name);
  Result<std::string> name_of(std::string_view sql, std::int64_t id, std::string_view what);

  const Connection& connection_;
  const std::size_t cached_names_;
  std::unordered_map<const char*, Statement> statements_;  // by the address of their text in sql.hpp
  std::unordered_map<std::int64_t, std::string> stream_names_;
  std::unordered_map<std::int64_t, std::string> type_names_;
};

}  // namespace lasagne::detail::sqlite
