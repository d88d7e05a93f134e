#include "commands.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <limits>
#include <thread>

#include "output.hpp"

namespace cli {

namespace {

constexpr std::size_t page = 500;
constexpr std::size_t parked_page = 10'000;

void show(const lasagne::Message& message, bool json) { print_line(json ? json_of(message) : line_of(message)); }

std::string_view name_of(lasagne::ParkedMessage::Status status) {
  switch (status) {
    case lasagne::ParkedMessage::Status::retrying:
      return "retrying";
    case lasagne::ParkedMessage::Status::parked:
      return "parked";
    case lasagne::ParkedMessage::Status::queued:
      return "queued";
    case lasagne::ParkedMessage::Status::calling:
      return "calling";
  }
  return "?";
}

}  // namespace

int complain(const lasagne::Error& error) {
  fmt::print(stderr, "lasagne: {}\n", plain(error.message));
  return Exit::failed;
}

int read(lasagne::Store& store, const ReadOptions& options) {
  const auto direction = options.backwards ? lasagne::Direction::backwards : lasagne::Direction::forwards;
  auto from = options.backwards && !options.from_given ? std::numeric_limits<lasagne::Revision>::max() : options.from;
  for (std::uint64_t left = options.limit; left > 0;) {
    const auto slice = store.read_stream(options.stream, from, direction, std::min<std::uint64_t>(left, page));
    if (!slice) return complain(slice.error());
    for (const auto& message : slice->messages) show(*message, options.json);
    left -= slice->messages.size();
    if (slice->end || slice->messages.empty()) break;
    const auto last = slice->messages.back()->revision;
    if (options.backwards && last == 0) break;
    from = options.backwards ? last - 1 : last + 1;
  }
  flush_output();
  return Exit::ok;
}

int tail(lasagne::Store& store, const TailOptions& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  std::atomic<bool> stopping{false};
  std::thread watcher;
  if (options.follow) {
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    watcher = std::thread([&] {
      int caught = 0;
      sigwait(&signals, &caught);
      stopping = true;
      store.interrupt();
    });
  }
  int result = Exit::ok;
  for (lasagne::Position after = options.after; !stopping;) {
    const auto slice = store.read_all(after, options.filter, page);
    if (!slice) {
      result = complain(slice.error());
      break;
    }
    for (const auto& message : slice->messages) show(*message, options.json);
    flush_output();
    const bool more = slice->scanned_to > after;
    after = slice->scanned_to;
    if (more) continue;
    if (!options.follow) break;
    // Bounded, since an interrupt that comes just before the wait is lost on it.
    (void)store.wait(after, std::chrono::steady_clock::now() + std::chrono::seconds(1));
  }
  if (watcher.joinable()) {
    if (!stopping) pthread_kill(watcher.native_handle(), SIGTERM);
    watcher.join();
  }
  return result;
}

lasagne::Result<std::vector<lasagne::ParkedMessage>> all_parked(lasagne::Store& store) {
  std::vector<lasagne::ParkedMessage> all;
  for (lasagne::Position after = 0;;) {
    auto entries = store.parked({}, after, parked_page);
    if (!entries) return entries;
    all.insert(all.end(), entries->begin(), entries->end());
    if (entries->size() < parked_page) return all;
    after = entries->back().position;
  }
}

int parked(lasagne::Store& store, bool json) {
  const auto entries = all_parked(store);
  if (!entries) return complain(entries.error());
  for (const auto& entry : *entries) {
    if (json) {
      print_line(fmt::format(R"({{"processor":{},"position":{},"key":{},"status":"{}","attempts":{},"error":{}}})",
                             json_string(entry.processor), entry.position, json_string(entry.key),
                             name_of(entry.status), entry.attempts, json_string(entry.error)));
    } else {
      print_line(fmt::format("{:>8}  {}  {}  {}  {}", entry.position, paint(Colour::red, name_of(entry.status)),
                             plain(entry.processor), plain(entry.key), plain(entry.error)));
    }
  }
  flush_output();
  return Exit::ok;
}

}  // namespace cli
