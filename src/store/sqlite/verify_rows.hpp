// What the parts of Verifier share.
#pragma once

#include <cstdint>

#include <fmt/format.h>

#include "store/sqlite/verify.hpp"

namespace lasagne::detail::sqlite {

template <class Each>
void Verifier::rows(std::string_view sql, std::string_view what, Each each) {
  auto row = connection_.prepare(sql, false);
  int code = SQLITE_ERROR;
  if (row) {
    while ((code = row->step()) == SQLITE_ROW) each(*row);
  }
  if (code != SQLITE_DONE)
    find({}, fmt::format("What follows in {} cannot be read: {}.", what, sqlite3_errmsg(connection_.handle())));
}

// Spreads the bits of a number, so that sums of such numbers differ where the sets differ.
[[nodiscard]] constexpr std::uint64_t spread(std::uint64_t value) noexcept {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ value >> 30U) * 0xbf58476d1ce4e5b9U;
  value = (value ^ value >> 27U) * 0x94d049bb133111ebU;
  return value ^ value >> 31U;
}

}  // namespace lasagne::detail::sqlite
