#include "store/sqlite/session.hpp"

#include <utility>

#include <fmt/format.h>

#include "store/sqlite/sql.hpp"

namespace lasagne::detail::sqlite {

Result<Statement*> Session::statement(std::string_view sql) {
  const auto found = statements_.find(sql.data());
  if (found != statements_.end()) return &found->second;
  auto prepared = connection_.prepare(sql);
  if (!prepared) return std::unexpected(prepared.error());
  return &statements_.emplace(sql.data(), std::move(*prepared)).first->second;
}

Result<std::optional<std::int64_t>> Session::stream_id(std::string_view name) { return id_of(sql::stream_id, name); }
Result<std::optional<std::int64_t>> Session::type_id(std::string_view name) { return id_of(sql::type_id, name); }

Result<std::optional<std::int64_t>> Session::id_of(std::string_view sql, std::string_view name) {
  auto row = statement(sql);
  if (!row) return std::unexpected(row.error());
  const ResetOnExit reset{**row};
  (*row)->bind(1, name);
  const int code = (*row)->step();
  if (code == SQLITE_ROW) return (*row)->integer(0);
  if (code == SQLITE_DONE) return std::nullopt;
  return std::unexpected(connection_.error(code, "looking up a name"));
}

Result<const std::string*> Session::stream_name(std::int64_t id) {
  if (const auto found = stream_names_.find(id); found != stream_names_.end()) return &found->second;
  auto name = name_of(sql::stream_name, id, "stream");
  if (!name) return std::unexpected(name.error());
  if (stream_names_.size() >= cached_names_) stream_names_.clear();
  return &stream_names_.emplace(id, std::move(*name)).first->second;
}

Result<const std::string*> Session::type_name(std::int64_t id) {
  if (const auto found = type_names_.find(id); found != type_names_.end()) return &found->second;
  auto name = name_of(sql::type_name, id, "type");
  if (!name) return std::unexpected(name.error());
  return &type_names_.emplace(id, std::move(*name)).first->second;
}

Result<std::string> Session::name_of(std::string_view sql, std::int64_t id, std::string_view what) {
  auto row = statement(sql);
  if (!row) return std::unexpected(row.error());
  const ResetOnExit reset{**row};
  (*row)->bind(1, id);
  const int code = (*row)->step();
  if (code == SQLITE_ROW) return std::string{(*row)->text(0)};
  if (code != SQLITE_DONE) return std::unexpected(connection_.error(code, "looking up a name"));
  return std::unexpected(connection_.damaged(fmt::format("a message names {} {}, which does not exist", what, id)));
}

}  // namespace lasagne::detail::sqlite
