#include "store/sqlite/writer_lock.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include <fmt/format.h>

#include "store/sqlite/file_check.hpp"

namespace lasagne::detail::sqlite {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// A reader that may not write beside the file locks it for the time of one read: so long a writer waits for that, even
// if it waits for no other writer.
constexpr std::chrono::milliseconds longest_read{10'000};

std::unexpected<Error> in_use(const std::string& path, DatabaseFile::Lock why) {
  if (why == DatabaseFile::Lock::held_by_readers)
    return fail(ErrorCode::in_use,
                fmt::format("{}: a process that may not write in the file's directory is reading the store, and keeps "
                            "writers out meanwhile: wait for it or end it",
                            path));
  return fail(ErrorCode::in_use,
              fmt::format("{}: {} writes this store, and a store has one writer at a time: stop it, wait for it, or "
                          "open the store read-only",
                          path, name_of_writer(path)));
}

std::unexpected<Error> moved(const std::string& path, const std::string& which) {
  return fail(
      ErrorCode::failed,
      fmt::format("{}: {} was renamed, removed or replaced while the store was open, so the writer stopped: put "
                  "the file back together with its -wal, or what you want in its place without any -wal, and "
                  "open the store again",
                  path, which));
}

// The lock on the file that `path` names at the end, empty if it named another one by then.
Result<std::optional<DatabaseFile>> try_acquire(const std::string& path, std::chrono::milliseconds wait) {
  auto file = DatabaseFile::open(path, Access::write, true);
  if (!file) return std::unexpected(std::move(file.error()));
  const auto begun = Clock::now();
  // No system call waits for such a lock up to a deadline, so this asks again, ever less often, until then.
  auto pause = 1ms;
  for (auto lock = file->try_lock(); lock != DatabaseFile::Lock::taken; lock = file->try_lock()) {
    if (lock == DatabaseFile::Lock::refused)
      return fail(ErrorCode::unavailable, fmt::format("{}: cannot be locked: {}", path, std::strerror(errno)));
    const auto bound = lock == DatabaseFile::Lock::held_by_readers ? std::max(wait, longest_read) : wait;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(begun + bound - Clock::now());
    if (left <= 0ms) return in_use(path, lock);
    std::this_thread::sleep_for(std::min(pause, left));
    pause = std::min(2 * pause, 20ms);
  }
  if (identify(path) != file->identity()) return std::nullopt;
  return std::optional(std::move(*file));
}

}  // namespace

Result<WriterLock> WriterLock::acquire(const std::string& path, std::chrono::milliseconds wait) {
  constexpr int attempts = 8;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    auto file = try_acquire(path, wait);
    if (!file) return std::unexpected(std::move(file.error()));
    if (!*file) continue;
    if (auto names = check_names(path, (*file)->names()); !names) return std::unexpected(std::move(names.error()));
    auto beside = WriterFile::open(path);
    if (!beside) return std::unexpected(std::move(beside.error()));
    return WriterLock{path, std::move(**file), std::move(*beside)};
  }
  return fail(ErrorCode::unavailable,
              fmt::format("{}: another program keeps replacing the file: end it, and open the store again", path));
}

Result<void> WriterLock::remember_files() {
  wal_ = identify(path_ + "-wal");
  shared_memory_ = identify(path_ + "-shm");
  return check_in_place();
}

Result<void> WriterLock::check_in_place() const {
  if (identify(path_) != database_.identity()) return moved(path_, "the file");
  if (!wal_ || identify(path_ + "-wal") != wal_) return moved(path_, "its -wal");
  if (!shared_memory_ || identify(path_ + "-shm") != shared_memory_) return moved(path_, "its -shm");
  return {};
}

}  // namespace lasagne::detail::sqlite
