#include "store/sqlite/writer_lock.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

namespace lasagne::detail::sqlite {

namespace {

using namespace std::chrono_literals;

bool try_lock(int file) noexcept {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return ::fcntl(file, F_OFD_SETLK, &lock) == 0;
}

std::string holder(int file) {
  char text[32];
  const auto size = ::pread(file, text, sizeof text, 0);
  std::string_view pid{text, size > 0 ? static_cast<std::size_t>(size) : 0};
  pid = pid.substr(0, pid.find('\n'));
  if (pid.empty()) return "another process";
  if (pid == std::to_string(::getpid())) return fmt::format("process {} (this one)", pid);
  return fmt::format("process {}", pid);
}

}  // namespace

Result<WriterLock> WriterLock::acquire(const std::string& path, std::chrono::milliseconds wait) {
  const auto name = writer_file(path);
  const int file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0)
    return fail(ErrorCode::unavailable,
                fmt::format("{}: cannot be opened for the writer's lock: {}: check the directory's mode", name,
                            std::strerror(errno)));
  WriterLock lock{file};
  const auto deadline = std::chrono::steady_clock::now() + wait;
  // No system call waits for such a lock up to a deadline, so this asks again, ever less often, until then.
  for (auto pause = 1ms; !try_lock(file); pause = std::min(2 * pause, 20ms)) {
    if (errno != EAGAIN && errno != EACCES && errno != EINTR)
      return fail(ErrorCode::unavailable, fmt::format("{}: cannot be locked: {}", name, std::strerror(errno)));
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left <= 0ms)
      return fail(
          ErrorCode::in_use,
          fmt::format("{}: {} writes this store, and a store has one writer at a time: stop it, wait for it, or "
                      "open the store read-only",
                      path, holder(file)));
    std::this_thread::sleep_for(std::min(pause, left));
  }
  const auto pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
    return fail(ErrorCode::unavailable, fmt::format("{}: cannot be written: {}", name, std::strerror(errno)));
  return lock;
}

WriterLock::~WriterLock() {
  if (file_ >= 0) ::close(file_);
}

void WriterLock::ring() const noexcept {
  // A read wakes the watchers and, other than a write, gives the disk nothing to do.
  char byte;
  [[maybe_unused]] const auto size = ::pread(file_, &byte, 1, 0);
}

}  // namespace lasagne::detail::sqlite
