#include "store/sqlite/database_file.hpp"

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lasagne::detail::sqlite {

namespace {

// SQLite locks the bytes from 0x40000000 on, 512 of them, in a page that it never writes. Ours is in that page, past
// them.
constexpr off_t sqlite_lock_bytes = 0x4000'0000;
constexpr off_t sqlite_lock_byte_count = 512;
constexpr off_t writer_lock_byte = sqlite_lock_bytes + 1024;

FileIdentity identity_of(const struct stat& status) noexcept { return {status.st_dev, status.st_ino}; }

struct flock lock_of(short type, off_t start, off_t length) noexcept {
  struct flock lock{};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = start;
  lock.l_len = length;
  return lock;
}

// Whether anybody has a lock of SQLite's on the file: perhaps a connection of this process that does not count here,
// since it was opened past Lasagne.
bool used_by_sqlite(int descriptor) noexcept {
  auto lock = lock_of(F_WRLCK, sqlite_lock_bytes, sqlite_lock_byte_count);
  return ::fcntl(descriptor, F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

class Registry {
 public:
  // Never destroyed: stores may be closed by the destructors of static objects.
  static Registry& instance() {
    static auto& registry = *new Registry;
    return registry;
  }

  std::optional<FileIdentity> use(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    const auto identity = identify(path);
    if (identity) ++files_[*identity].connections;
    return identity;
  }

  void end_use(FileIdentity identity) {
    const std::scoped_lock lock(mutex_);
    const auto found = files_.find(identity);
    --found->second.connections;
    close_spare(found);
  }

  // Takes a descriptor that could not be closed, or opens one.
  int open(const std::string& path, int flags) {
    const std::scoped_lock lock(mutex_);
    const auto access = flags & O_ACCMODE;
    if (const auto identity = identify(path)) {
      const auto found = files_.find(*identity);
      if (found != files_.end()) {
        auto& spare = found->second.spare;
        for (auto each = spare.begin(); each != spare.end(); ++each) {
          if (each->access != access) continue;
          const int descriptor = each->descriptor;
          spare.erase(each);
          return descriptor;
        }
      }
    }
    return ::open(path.c_str(), flags, 0644);
  }

  void give_back(int descriptor, int access, FileIdentity identity) {
    const std::scoped_lock lock(mutex_);
    const auto file = files_.try_emplace(identity).first;
    file->second.spare.push_back({descriptor, access});
    close_spare(file);
  }

 private:
  struct Spare {
    int descriptor;
    int access;
  };
  struct File {
    std::size_t connections = 0;
    std::vector<Spare> spare;  // at most as many as were open at once
  };
  using Files = std::map<FileIdentity, File>;

  void close_spare(Files::iterator file) {
    auto& spare = file->second.spare;
    if (file->second.connections > 0) return;
    if (!spare.empty() && used_by_sqlite(spare.front().descriptor)) return;
    for (const auto& each : spare) ::close(each.descriptor);
    files_.erase(file);
  }

  std::mutex mutex_;
  Files files_;  // guarded by mutex_
};

}  // namespace

std::optional<FileIdentity> identify(const std::string& path) noexcept {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return identity_of(status);
}

std::string why_not_opened(const std::string& path, int error) {
  struct stat status{};
  if ((error == EACCES || error == EPERM) && ::lstat(path.c_str(), &status) == 0)
    return fmt::format(
        "{}: it belongs to user {} and has mode {:o}, and this process runs as user {}: change its owner or mode",
        std::strerror(error), status.st_uid, status.st_mode & 07777U, ::geteuid());
  if (error == EACCES || error == EPERM || error == EROFS)
    return fmt::format("{}: user {} may not create files in its directory: check the directory's mode and mount",
                       std::strerror(error), ::geteuid());
  return std::strerror(error);
}

FileUse::FileUse(const std::string& path) : file_(Registry::instance().use(path)) {}

FileUse::~FileUse() {
  if (file_) Registry::instance().end_use(*file_);
}

Result<DatabaseFile> DatabaseFile::open(const std::string& path, Access access, bool create) {
  const int flags =
      (access == Access::write ? O_RDWR : O_RDONLY) | (create ? O_CREAT : 0) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  const int descriptor = Registry::instance().open(path, flags);
  struct stat status{};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0)
    return fail(ErrorCode::unavailable, fmt::format("{}: cannot be opened: {}", path, why_not_opened(path, errno)));
  return DatabaseFile{descriptor, access, identity_of(status)};
}

DatabaseFile::~DatabaseFile() {
  if (descriptor_ < 0) return;
  unlock();
  Registry::instance().give_back(descriptor_, access_ == Access::write ? O_RDWR : O_RDONLY, identity_);
}

DatabaseFile::Lock DatabaseFile::try_lock() noexcept {
  const short type = access_ == Access::write ? F_WRLCK : F_RDLCK;
  auto lock = lock_of(type, writer_lock_byte, 1);
  if (::fcntl(descriptor_, F_OFD_SETLK, &lock) == 0) return Lock::taken;
  if (errno != EAGAIN && errno != EACCES && errno != EINTR) return Lock::refused;
  lock = lock_of(type, writer_lock_byte, 1);
  if (::fcntl(descriptor_, F_OFD_GETLK, &lock) != 0) return Lock::refused;
  return lock.l_type == F_RDLCK ? Lock::held_by_readers : Lock::held_by_writer;
}

void DatabaseFile::unlock() noexcept {
  auto lock = lock_of(F_UNLCK, writer_lock_byte, 1);
  (void)::fcntl(descriptor_, F_OFD_SETLK, &lock);
}

std::uint64_t DatabaseFile::names() const noexcept {
  struct stat status{};
  return ::fstat(descriptor_, &status) == 0 ? status.st_nlink : 0;
}

}  // namespace lasagne::detail::sqlite
