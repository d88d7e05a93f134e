#include "store/sqlite/change_watch.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "store/sqlite/writer_file.hpp"

namespace lasagne::detail::sqlite {

namespace {

void drain(int file) noexcept {
  alignas(inotify_event) char bytes[4096];
  while (::read(file, bytes, sizeof bytes) > 0) {
  }
}

}  // namespace

Result<ChangeWatch> ChangeWatch::open(const std::string& path) {
  ChangeWatch watch{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC), ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
                    std::filesystem::weakly_canonical(std::filesystem::absolute(path)).string()};
  if (watch.events_ < 0 || watch.interrupted_ < 0 || !watch.arm())
    return fail(ErrorCode::unavailable, fmt::format("{}: cannot be watched for changes: {}: see the limits in "
                                                    "/proc/sys/fs/inotify and `ulimit -n`",
                                                    path, std::strerror(errno)));
  return watch;
}

ChangeWatch::~ChangeWatch() {
  if (events_ >= 0) ::close(events_);
  if (interrupted_ >= 0) ::close(interrupted_);
}

// A copied store has no writer's file yet, and somebody may remove it: its directory is watched for a new one. Watching
// again what is watched already changes nothing.
bool ChangeWatch::arm() {
  const auto directory = std::filesystem::path{path_}.parent_path().string();
  if (::inotify_add_watch(events_, directory.c_str(), IN_CREATE | IN_MOVED_TO) < 0) return false;
  return ::inotify_add_watch(events_, writer_file(path_).c_str(), IN_ACCESS) >= 0 || errno == ENOENT;
}

void ChangeWatch::wait(std::chrono::steady_clock::time_point deadline) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  pollfd files[] = {{events_, POLLIN, 0}, {interrupted_, POLLIN, 0}};
  ::poll(files, 2, static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX)));
  drain(events_);
  drain(interrupted_);
  (void)arm();
}

void ChangeWatch::interrupt() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto size = ::write(interrupted_, &one, sizeof one);
}

}  // namespace lasagne::detail::sqlite
