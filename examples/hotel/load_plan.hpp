// The groups of a load run: a pure function of seed and index, so that a run that was killed goes on with the same ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lasagne/message.hpp"

namespace hotel {

struct LoadPlan {
  static constexpr std::int64_t deadline_hours = 24;  // nobody is to time out, however long the run lay killed

  std::uint64_t seed = 0;
  std::uint64_t guests = 1;  // in each group
  unsigned unsettled_percent = 0;

  // Of all three numbers: with another one it is another plan, with groups of its own.
  [[nodiscard]] std::string name() const;

  // Also of the process. The first 48 bits are the index, ascending, so that what is made together lies together in the
  // store's indexes.
  [[nodiscard]] lasagne::Uuid group_id(std::uint64_t index) const;
  [[nodiscard]] static lasagne::Uuid guest_id(const lasagne::Uuid& group_id, std::uint64_t number);
  // The index of a group of this plan among the first `groups`; empty for anybody else's.
  [[nodiscard]] std::optional<std::uint64_t> index_of(const lasagne::Uuid& group_id, std::uint64_t groups) const;
  // Leaves without having paid everything.
  [[nodiscard]] bool is_unsettled(std::uint64_t index, std::uint64_t guest) const;

  // The guests' check-ins, charges and payments and then the group checkout, as they go on the hotel's bus; their ids are
  // derived too.
  [[nodiscard]] std::vector<lasagne::NewMessage> commands(std::uint64_t index, lasagne::Timestamp now) const;
};

}  // namespace hotel
