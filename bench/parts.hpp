// What one group measures and `growth` measures again, in stores with more and more messages.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "lasagne/module.hpp"
#include "lasagne/store.hpp"

namespace bench {

// Appends all from `first` on, each durable before its caller goes on; each caller takes every callers-th.
void append_all(lasagne::Store& store, const std::vector<lasagne::Commit>& commits, std::size_t first,
                unsigned callers);

// Messages a second of a processor that was never there before and handles the whole log. `run` is new each time.
[[nodiscard]] double catch_up_per_second(lasagne::Store& store, unsigned run);

// The shop, with an effect that tells of each order that is completed and durable, which is when somebody outside may
// hear of it.
using TellCompleted = std::function<void(const lasagne::Uuid& order_id)>;
[[nodiscard]] std::vector<lasagne::Module> announced_shop(TellCompleted tell);

// Confirms `orders` carts, filled beforehand, `interval` apart whatever the shop makes of it (one after the other when
// there is none), and takes the microseconds from each confirmation's being due until its order is completed and
// durable. `warm_up` whole orders come before. `seed` and the next one are new to the store.
struct Confirmations {
  std::uint64_t seed = 1;
  std::uint64_t warm_up = 0;
  std::uint64_t orders = 0;
  std::optional<std::chrono::steady_clock::duration> interval;
};
[[nodiscard]] std::vector<double> confirm_all(lasagne::Store& store, const Confirmations& plan);

}  // namespace bench
