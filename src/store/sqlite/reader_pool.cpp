#include "store/sqlite/reader_pool.hpp"

#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace lasagne::detail::sqlite {

bool may_write_beside(const std::string& path) {
  const auto directory = std::filesystem::path{path}.parent_path().string();
  return ::faccessat(AT_FDCWD, directory.c_str(), W_OK, AT_EACCESS) == 0;
}

Result<ReaderPool::Taken> ReaderPool::take() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [&] { return !idle_.empty() || opened_ < settings_.reader_connections; });
  if (!idle_.empty()) {
    Taken taken{std::nullopt, std::move(idle_.back())};
    idle_.pop_back();
    return taken;
  }
  ++opened_;
  lock.unlock();
  auto reader = Reader::open(path_, settings_);
  if (reader) return Taken{std::nullopt, std::move(*reader)};
  lock.lock();
  --opened_;
  lock.unlock();
  returned_.notify_one();
  return std::unexpected(std::move(reader.error()));
}

void ReaderPool::give_back(std::unique_ptr<Reader> reader) {
  {
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(reader));
  }
  returned_.notify_one();
}

Result<SealedFile> seal(const std::string& path) {
  auto file = DatabaseFile::open(path, Access::read, false);
  if (!file) return std::unexpected(std::move(file.error()));
  const bool locked = file->try_lock() == DatabaseFile::Lock::taken;
  std::error_code error;
  const auto wal_bytes = std::filesystem::file_size(path + "-wal", error);
  // Nobody writes, nobody can begin to, and the file is whole without a log.
  const bool immutable = locked && (error || wal_bytes == 0);
  return SealedFile{std::move(*file), immutable ? Connection::Immutable::yes : Connection::Immutable::no};
}

Result<ReaderPool::Taken> ReaderPool::open_sealed() const {
  auto sealed = seal(path_);
  if (!sealed) return std::unexpected(std::move(sealed.error()));
  auto reader = Reader::open(path_, settings_, sealed->immutable);
  if (!reader) return std::unexpected(std::move(reader.error()));
  return Taken{std::optional(std::move(sealed->lock)), std::move(*reader)};
}

}  // namespace lasagne::detail::sqlite
