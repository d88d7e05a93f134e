#include "progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace examples {

namespace {
constexpr std::chrono::milliseconds redraw_every{100};
constexpr std::uint64_t width = 32;
}  // namespace

Progress::Progress(std::string what, std::uint64_t total)
    : what_(std::move(what)),
      total_(std::max<std::uint64_t>(total, 1)),
      terminal_(::isatty(STDERR_FILENO) == 1),
      started_(std::chrono::steady_clock::now()),
      drawn_(started_ - redraw_every) {}

Progress::~Progress() {
  if (terminal_) fmt::print(stderr, "\r\x1b[K");
}

void Progress::update(std::uint64_t done) {
  if (!terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < redraw_every) return;
  drawn_ = now;
  draw(std::min(done, total_));
}

void Progress::draw(std::uint64_t done) {
  const auto filled = width * done / total_;
  std::string bar;
  for (std::uint64_t i = 0; i < width; ++i) bar += i < filled ? "█" : "░";
  const double seconds = std::chrono::duration<double>(drawn_ - started_).count();
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  fmt::print(stderr, "\r\x1b[K{} {} {}/{} ({}%) {:.0f}/s", what_, bar, done, total_, 100 * done / total_, rate);
  std::fflush(stderr);
}

}  // namespace examples
