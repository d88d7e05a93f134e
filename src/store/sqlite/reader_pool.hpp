// The read connections of a store, made when first needed.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite/database_file.hpp"
#include "store/sqlite/reader.hpp"
#include "store/sqlite/settings.hpp"

namespace lasagne::detail::sqlite {

// Whether this process may make files beside the one at `path`, as SQLite must to read a store that nobody has open.
[[nodiscard]] bool may_write_beside(const std::string& path);

// How one who may not write beside a file reads it: beside its writer while there is one, else as it lies, and keeping
// writers out meanwhile.
struct SealedFile {
  DatabaseFile lock;  // to be released after the connection
  Connection::Immutable immutable;
};
[[nodiscard]] Result<SealedFile> seal(const std::string& path);

// Its functions may be called by several threads at once.
class ReaderPool {
 public:
  // `sealed`: this process may not write beside the file. Then each read has a connection of its own.
  ReaderPool(std::string path, SqliteSettings settings, bool sealed)
      : path_(std::move(path)), settings_(std::move(settings)), sealed_(sealed) {}

  // Calls `read` with a reader that nobody else uses; waits for one when all are busy.
  template <class Read>
  auto with(Read read) -> decltype(read(std::declval<Reader&>())) {
    auto taken = sealed_ ? open_sealed() : take();
    if (!taken) return std::unexpected(std::move(taken.error()));
    const Return back{sealed_ ? nullptr : this, *taken};
    return with(taken->reader, read);
  }
  // With a reader of the caller's own. If a writer converted the file meanwhile, one that knows its format takes its
  // place.
  template <class Read>
  auto with(std::unique_ptr<Reader>& reader, Read& read) const -> decltype(read(*reader)) {
    auto result = read(*reader);
    if (result || !reader->outdated()) return result;
    auto opened = Reader::open(path_, settings_);
    if (!opened) return std::unexpected(std::move(opened.error()));
    reader = std::move(*opened);
    return read(*reader);
  }

 private:
  struct Taken {
    std::optional<DatabaseFile> lock;  // released after the reader
    std::unique_ptr<Reader> reader;
  };
  struct Return {
    ReaderPool* pool;
    Taken& taken;
    Return(ReaderPool* to, Taken& what) : pool(to), taken(what) {}
    Return(const Return&) = delete;
    Return& operator=(const Return&) = delete;
    ~Return() {
      if (pool != nullptr) pool->give_back(std::move(taken.reader));
    }
  };

  Result<Taken> take();
  Result<Taken> open_sealed() const;
  void give_back(std::unique_ptr<Reader> reader);

  const std::string path_;
  const SqliteSettings settings_;
  const bool sealed_;
  std::mutex mutex_;
  std::condition_variable returned_;
  // Guarded by mutex_.
  std::vector<std::unique_ptr<Reader>> idle_;
  std::size_t opened_ = 0;
};

}  // namespace lasagne::detail::sqlite
