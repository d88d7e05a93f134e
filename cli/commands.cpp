#include "commands.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include "lasagne/type_name.hpp"
#include "output.hpp"

namespace cli {

namespace {

constexpr std::size_t page = 500;
constexpr std::size_t parked_page = 10'000;

void show(const std::vector<lasagne::MessagePtr>& messages, bool json, TypeNames& names) {
  for (const auto& message : messages) names.see(message->type);
  for (const auto& message : messages) print_line(json ? json_of(*message) : line_of(*message, names));
}

// The messages of types that people name as they are shown, by their last part: the store knows them as a whole only.
class TypesByLastPart {
 public:
  // Takes the types out of the filter where one of them is given by its last part; else adds how they were stored
  // before names were qualified.
  explicit TypesByLastPart(lasagne::Filter& filter) {
    const auto is_last_part = [](const std::string& type) { return lasagne::last_part(type) == type; };
    if (std::ranges::any_of(filter.types, is_last_part)) {
      types_ = std::exchange(filter.types, {});
    } else {
      for (std::size_t i = filter.types.size(); i > 0; --i)
        filter.types.emplace_back(lasagne::last_part(filter.types[i - 1]));
    }
  }
  void leave_wanted(std::vector<lasagne::MessagePtr>& messages) const {
    if (types_.empty()) return;
    std::erase_if(messages, [&](const auto& message) {
      return std::ranges::none_of(types_, [&](const std::string& type) {
        return message->type == type || lasagne::last_part(message->type) == type;
      });
    });
  }

 private:
  std::vector<std::string> types_;
};

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
  fmt::print(stderr, "lasagne: {}\n", printable(error.message));
  return Exit::failed;
}

int read(lasagne::Store& store, const ReadOptions& options) {
  const auto direction = options.backwards ? lasagne::Direction::backwards : lasagne::Direction::forwards;
  auto from = options.backwards && !options.from_given ? std::numeric_limits<lasagne::Revision>::max() : options.from;
  TypeNames names;
  for (std::uint64_t left = options.limit; left > 0;) {
    const auto slice = store.read_stream(options.stream, from, direction, std::min<std::uint64_t>(left, page));
    if (!slice) return complain(slice.error());
    show(slice->messages, options.json, names);
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
  lasagne::Filter filter = options.filter;
  const TypesByLastPart types(filter);
  TypeNames names;
  for (lasagne::Position after = options.after; !stopping;) {
    auto slice = store.read_all(after, filter, page);
    if (!slice) {
      result = complain(slice.error());
      break;
    }
    types.leave_wanted(slice->messages);
    show(slice->messages, options.json, names);
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
                             printable(entry.processor), printable(entry.key), printable(entry.error)));
    }
  }
  flush_output();
  return Exit::ok;
}

}  // namespace cli
