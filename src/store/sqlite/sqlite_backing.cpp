#include "store/sqlite/sqlite_backing.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "store/sqlite/file_check.hpp"
#include "store/sqlite/reader.hpp"
#include "store/sqlite/writer.hpp"

namespace lasagne::detail {

namespace {

using sqlite::Reader;
using sqlite::Writer;

// Up to so many read connections, made when first needed.
class ReaderPool {
 public:
  ReaderPool(std::string path, SqliteSettings settings) : path_(std::move(path)), settings_(std::move(settings)) {}

  // Calls `read` with a reader that nobody else uses; waits for one when all are busy.
  template <class Read>
  auto with(Read read) -> decltype(read(std::declval<Reader&>())) {
    auto reader = take();
    if (!reader) return std::unexpected(std::move(reader.error()));
    Return back{*this, std::move(*reader)};
    return read(*back.reader);
  }

 private:
  struct Return {
    ReaderPool& pool;
    std::unique_ptr<Reader> reader;
    Return(ReaderPool& to, std::unique_ptr<Reader> taken) : pool(to), reader(std::move(taken)) {}
    Return(const Return&) = delete;
    Return& operator=(const Return&) = delete;
    ~Return() {
      {
        const std::scoped_lock lock(pool.mutex_);
        pool.idle_.push_back(std::move(reader));
      }
      pool.returned_.notify_one();
    }
  };

  Result<std::unique_ptr<Reader>> take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return !idle_.empty() || opened_ < settings_.reader_connections; });
    if (!idle_.empty()) {
      auto reader = std::move(idle_.back());
      idle_.pop_back();
      return reader;
    }
    ++opened_;
    lock.unlock();
    auto reader = Reader::open(path_, settings_);
    if (!reader) {
      lock.lock();
      --opened_;
      lock.unlock();
      returned_.notify_one();
    }
    return reader;
  }

  const std::string path_;
  const SqliteSettings settings_;
  std::mutex mutex_;
  std::condition_variable returned_;
  // Guarded by mutex_.
  std::vector<std::unique_ptr<Reader>> idle_;
  std::size_t opened_ = 0;
};

class SqliteBacking final : public Backing {
 public:
  // `writer` is empty for read-only use.
  SqliteBacking(std::unique_ptr<Writer> writer, std::unique_ptr<Reader> lookup, std::string path,
                SqliteSettings settings)
      : writer_(std::move(writer)), readers_(std::move(path), std::move(settings)), lookup_(std::move(lookup)) {}

  Result<Opened> load() override {
    const std::scoped_lock lock(lookup_mutex_);
    return lookup_->load();
  }
  Result<void> write(const Batch& batch) override { return write_growing(batch, {}); }
  Result<void> write_growing(const Batch& batch, const More& more) override {
    if (!writer_) return refuse_write();
    let_lookups_go();  // lest they keep the WAL from beginning anew
    return writer_->write(batch, more, [this] { let_lookups_go(); });
  }
  Result<std::optional<StreamRow>> find_stream(std::string_view name) override {
    return look_up([&](Reader& reader) { return reader.find_stream(name); });
  }
  Result<std::vector<MessagePtr>> read_stream(const StreamRow& stream, Revision from, Revision to, Direction direction,
                                              std::size_t limit) override {
    return readers_.with([&](Reader& reader) { return reader.read_stream(stream, from, to, direction, limit); });
  }
  Result<LogSlice> read_all(Position after, Position up_to, const Filter& filter, std::size_t limit) override {
    return readers_.with([&](Reader& reader) { return reader.read_all(after, up_to, filter, limit); });
  }
  Result<std::vector<MessagePtr>> read_process(const Uuid& correlation_id, Position after, std::size_t limit) override {
    return readers_.with([&](Reader& reader) { return reader.read_process(correlation_id, after, limit); });
  }
  Result<std::optional<Uuid>> find_timer(std::string_view key) override {
    return look_up([&](Reader& reader) { return reader.find_timer(key); });
  }
  Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit) override {
    return readers_.with([&](Reader& reader) { return reader.due_timers(now, limit); });
  }
  Result<std::optional<Timestamp>> next_timer() override {
    return readers_.with([&](Reader& reader) { return reader.next_timer(); });
  }
  Result<bool> has_parked(std::string_view processor, Position position) override {
    return look_up([&](Reader& reader) { return reader.has_parked(processor, position); });
  }
  Result<std::vector<ParkedMessage>> parked(std::string_view processor, Position after, std::size_t limit) override {
    return readers_.with([&](Reader& reader) { return reader.parked(processor, after, limit); });
  }
  Result<std::uint64_t> scavenge(Timestamp now) override {
    if (!writer_) return refuse_write();
    let_lookups_go();
    auto removed = writer_->scavenge(now);
    let_lookups_go();
    return removed;
  }

 private:
  // Look-ups between two writes share a snapshot: what they look for is either in it or in a batch that the caller
  // knows.
  template <class Read>
  auto look_up(Read read) -> decltype(read(std::declval<Reader&>())) {
    const std::scoped_lock lock(lookup_mutex_);
    if (writer_) lookup_->hold();
    return read(*lookup_);
  }
  void let_lookups_go() {
    const std::scoped_lock lock(lookup_mutex_);
    lookup_->let_go();
  }
  static std::unexpected<Error> refuse_write() {
    return fail(ErrorCode::invalid, "the store was opened read-only: open it for writing");
  }

  const std::unique_ptr<Writer> writer_;  // goes last: its closing copies the WAL into the file
  ReaderPool readers_;
  // Look-ups by key, which an append waits for, have a connection that no long read can hold.
  std::mutex lookup_mutex_;
  const std::unique_ptr<Reader> lookup_;  // guarded by lookup_mutex_
};

}  // namespace

Result<std::shared_ptr<Backing>> open_sqlite_backing(std::string path, const OpenOptions& options,
                                                     SqliteSettings settings) {
  auto file = sqlite::check_file(path, options.create && !options.read_only);
  if (!file) return std::unexpected(std::move(file.error()));
  std::unique_ptr<Writer> writer;
  if (options.read_only) {
    if (!file->exists)
      return fail(ErrorCode::not_found, fmt::format("{}: the file is empty: open it for writing first", file->path));
  } else {
    auto lock = sqlite::WriterLock::acquire(file->path, options.writer_wait);
    if (!lock) return std::unexpected(std::move(lock.error()));
    auto opened = Writer::open(std::move(*lock), file->path, settings);
    if (!opened) return std::unexpected(std::move(opened.error()));
    writer = std::move(*opened);
  }
  auto lookup = Reader::open(file->path, settings);
  if (!lookup) return std::unexpected(std::move(lookup.error()));
  auto backing =
      std::make_shared<SqliteBacking>(std::move(writer), std::move(*lookup), file->path, std::move(settings));
  // A file that can be opened but not read is refused here, not at its first use.
  if (auto loaded = backing->load(); !loaded) return std::unexpected(std::move(loaded.error()));
  return backing;
}

}  // namespace lasagne::detail
