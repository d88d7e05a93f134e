#include "store/sqlite/state_rows.hpp"

namespace lasagne::detail::sqlite {

Digest row_digest(std::string_view table, Statement& row) {
  RowHash hash(table);
  const int columns = row.columns();
  for (int i = 0; i < columns; ++i) {
    switch (row.type(i)) {
      case SQLITE_NULL:
        hash.null();
        break;
      case SQLITE_INTEGER:
        hash.integer(row.integer(i));
        break;
      case SQLITE_BLOB:
        hash.blob(row.blob(i));
        break;
      default:
        hash.text(row.text(i));
    }
  }
  return hash.digest();
}

HashedRow& HashedRow::integer(std::int64_t value) {
  statement_.bind(next_++, value);
  hash_.integer(value);
  return *this;
}

HashedRow& HashedRow::integer(std::optional<std::int64_t> value) { return value ? integer(*value) : null(); }

HashedRow& HashedRow::text(std::string_view value) {
  statement_.bind(next_++, value);
  hash_.text(value);
  return *this;
}

HashedRow& HashedRow::text_or_null(std::string_view value) { return value.empty() ? null() : text(value); }

HashedRow& HashedRow::id(const Uuid& value) {
  statement_.bind(next_++, value);
  hash_.blob({reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size()});
  return *this;
}

HashedRow& HashedRow::id_or_null(const Uuid& value) { return value.is_nil() ? null() : id(value); }

HashedRow& HashedRow::null() {
  statement_.bind_null(next_++);
  hash_.null();
  return *this;
}

Digest checkpoint_digest(std::string_view processor, Position position) {
  RowHash hash("checkpoints");
  hash.text(processor);
  hash.integer(to_sql(position));
  return hash.digest();
}

Digest scavenged_digest(const Block& block, const Digest& chain) {
  RowHash hash("scavenged");
  block.put_into(hash);
  hash.blob(bytes_of(chain));
  return hash.digest();
}

}  // namespace lasagne::detail::sqlite
