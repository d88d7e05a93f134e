// What every benchmark is given.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "figure.hpp"
#include "workspace.hpp"

namespace bench {

struct Settings {
  std::string store = "sqlite:bench.db";
  bool quick = false;
  unsigned repetitions = 5;
  std::vector<std::uint64_t> growth;  // messages in the store
};

struct Context {
  const Settings& settings;
  Workspace& workspace;
  std::function<void(Figure)> add;  // a finished figure

  // How much to do: `full`, or a tenth of it in a quick run.
  [[nodiscard]] std::uint64_t amount(std::uint64_t full) const { return settings.quick ? full / 10 : full; }
};

// One fdatasync after appending `batch` records of 300 bytes to a file, in microseconds.
[[nodiscard]] double sync_microseconds(Context& context, std::size_t batch);

// One function a group; see README.md.
void bench_machine(Context& context);
void bench_raw(Context& context);
void bench_append(Context& context);
void bench_command(Context& context);
void bench_hop(Context& context);
void bench_orders(Context& context);
void bench_latency(Context& context);
void bench_read(Context& context);
void bench_growth(Context& context);

}  // namespace bench
