// Reclaims what no longer reads.
#include <utility>

#include "store/sqlite/scavenger.hpp"
#include "store/sqlite/writer.hpp"

namespace lasagne::detail::sqlite {

Result<std::uint64_t> Writer::scavenge(Timestamp now) {
  std::uint64_t removed = 0;
  auto done = transact([&]() -> Result<void> {
    auto count = Scavenger(connection_, settings_, end_, now).run();
    if (!count) return std::unexpected(std::move(count.error()));
    removed = *count;
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return removed;
}

}  // namespace lasagne::detail::sqlite
