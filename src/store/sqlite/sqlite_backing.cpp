#include "store/sqlite/sqlite_backing.hpp"

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "store/sqlite/database_file.hpp"
#include "store/sqlite/file_check.hpp"
#include "store/sqlite/reader.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/sqlite/wal_check.hpp"
#include "store/sqlite/writer.hpp"

namespace lasagne::detail {

namespace {

using sqlite::Reader;
using sqlite::ReaderPool;
using sqlite::Writer;

class SqliteBacking final : public Backing {
 public:
  // For read-only use `writer` is empty, and `file` the one that was opened. Without `lookup` look-ups read as all
  // else.
  SqliteBacking(std::unique_ptr<Writer> writer, std::unique_ptr<Reader> lookup, std::unique_ptr<ReaderPool> readers,
                std::string path, std::optional<sqlite::FileIdentity> file)
      : path_(std::move(path)),
        file_(file),
        writer_(std::move(writer)),
        readers_(std::move(readers)),
        looks_up_(lookup != nullptr),
        lookup_(std::move(lookup)) {}

  // That the log's end is as its checksums say, which a writer has seen to.
  Result<void> check_end() {
    if (writer_) return {};
    return look_up([](Reader& reader) { return reader.check_end(); });
  }
  Result<Opened> load() override {
    return look_up([](Reader& reader) { return reader.load(); });
  }
  Result<void> write(const Batch& batch) override { return write_growing(batch, {}); }
  Result<void> write_growing(const Batch& batch, const More& more) override {
    if (!writer_) return refuse_write();
    if (auto sound = check(); !sound) return sound;
    let_lookups_go();  // lest they keep the WAL from beginning anew
    return writer_->write(batch, more, [this] { let_lookups_go(); });
  }
  Result<std::optional<StreamRow>> find_stream(std::string_view name) override {
    return look_up([&](Reader& reader) { return reader.find_stream(name); });
  }
  Result<std::vector<MessagePtr>> read_stream(const StreamRow& stream, Revision from, Revision to, Direction direction,
                                              std::size_t limit) override {
    return read([&](Reader& reader) { return reader.read_stream(stream, from, to, direction, limit); });
  }
  Result<LogSlice> read_all(Position after, Position up_to, const Filter& filter, std::size_t limit) override {
    return read([&](Reader& reader) { return reader.read_all(after, up_to, filter, limit); });
  }
  Result<std::vector<MessagePtr>> read_process(const Uuid& correlation_id, Position after, std::size_t limit) override {
    return read([&](Reader& reader) { return reader.read_process(correlation_id, after, limit); });
  }
  Result<std::optional<Uuid>> find_timer(std::string_view key) override {
    return look_up([&](Reader& reader) { return reader.find_timer(key); });
  }
  Result<std::vector<Timer>> due_timers(Timestamp now, std::size_t limit) override {
    return read([&](Reader& reader) { return reader.due_timers(now, limit); });
  }
  Result<std::optional<Timestamp>> next_timer() override {
    return read([&](Reader& reader) { return reader.next_timer(); });
  }
  Result<bool> has_parked(std::string_view processor, Position position) override {
    return look_up([&](Reader& reader) { return reader.has_parked(processor, position); });
  }
  Result<std::vector<ParkedMessage>> parked(std::string_view processor, Position after, std::size_t limit) override {
    return read([&](Reader& reader) { return reader.parked(processor, after, limit); });
  }
  Result<std::uint64_t> scavenge(Timestamp now) override {
    if (!writer_) return refuse_write();
    if (auto sound = check(); !sound) return std::unexpected(std::move(sound.error()));
    let_lookups_go();
    auto removed = writer_->scavenge(now);
    let_lookups_go();
    return removed;
  }

 private:
  template <class Read>
  auto read(Read read) -> decltype(read(std::declval<Reader&>())) {
    if (auto sound = check(); !sound) return std::unexpected(std::move(sound.error()));
    return note(readers_->with(std::move(read)));
  }
  // Look-ups between two writes share a snapshot: what they look for is either in it or in a batch that the caller
  // knows.
  template <class Read>
  auto look_up(Read read) -> decltype(read(std::declval<Reader&>())) {
    if (!looks_up_) return this->read(std::move(read));
    if (auto sound = check(); !sound) return std::unexpected(std::move(sound.error()));
    const std::scoped_lock lock(lookup_mutex_);
    if (writer_) lookup_->hold();
    return note(readers_->with(lookup_, read));
  }
  void let_lookups_go() {
    const std::scoped_lock lock(lookup_mutex_);
    lookup_->let_go();
  }
  // A file that was found damaged once is damaged for everybody who asks later.
  Result<void> check() {
    const std::scoped_lock lock(failure_mutex_);
    if (!failure_ && file_ && sqlite::identify(path_) != file_)
      failure_ =
          fail(ErrorCode::failed, path_ + ": the file was renamed, removed or replaced: open the store again").error();
    if (failure_) return std::unexpected(*failure_);
    return {};
  }
  template <class T>
  Result<T> note(Result<T> result) {
    if (!result && result.error().code == ErrorCode::failed) {
      const std::scoped_lock lock(failure_mutex_);
      if (!failure_) failure_ = result.error();
    }
    return result;
  }
  static std::unexpected<Error> refuse_write() {
    return fail(ErrorCode::invalid, "the store was opened read-only: open it for writing");
  }

  const std::string path_;
  const std::optional<sqlite::FileIdentity> file_;
  const std::unique_ptr<Writer> writer_;  // goes last: its closing copies the WAL into the file
  const std::unique_ptr<ReaderPool> readers_;
  std::mutex failure_mutex_;
  std::optional<Error> failure_;  // guarded by failure_mutex_
  // Look-ups by key, which an append waits for, have a connection that no long read can hold.
  const bool looks_up_;
  std::mutex lookup_mutex_;
  std::unique_ptr<Reader> lookup_;  // guarded by lookup_mutex_
};

Result<std::unique_ptr<Writer>> open_writer(const std::string& path, const OpenOptions& options,
                                            const SqliteSettings& settings) {
  auto lock = sqlite::WriterLock::acquire(path, options.writer_wait);
  if (!lock) return std::unexpected(std::move(lock.error()));
  return Writer::open(std::move(*lock), path, settings, options);
}

Result<std::shared_ptr<SqliteBacking>> open_for_reading(const std::string& path, SqliteSettings settings) {
  if (auto whole = sqlite::check_before_reading(path, settings.vfs); !whole)
    return std::unexpected(std::move(whole.error()));
  const bool sealed = !sqlite::may_write_beside(path);
  const auto file = sqlite::identify(path);
  std::unique_ptr<Reader> lookup;
  if (!sealed) {
    auto opened = Reader::open(path, settings);
    if (!opened) return std::unexpected(std::move(opened.error()));
    lookup = std::move(*opened);
  }
  auto readers = std::make_unique<ReaderPool>(path, std::move(settings), sealed);
  return std::make_shared<SqliteBacking>(nullptr, std::move(lookup), std::move(readers), path, file);
}

Result<std::shared_ptr<SqliteBacking>> open_for_writing(const std::string& path, const OpenOptions& options,
                                                        SqliteSettings settings) {
  auto writer = open_writer(path, options, settings);
  if (!writer) return std::unexpected(std::move(writer.error()));
  auto lookup = Reader::open(path, settings);
  if (!lookup) return std::unexpected(std::move(lookup.error()));
  auto readers = std::make_unique<ReaderPool>(path, std::move(settings), false);
  return std::make_shared<SqliteBacking>(std::move(*writer), std::move(*lookup), std::move(readers), path,
                                         std::nullopt);
}

}  // namespace

Result<std::shared_ptr<Backing>> open_sqlite_backing(std::string path, const OpenOptions& options,
                                                     SqliteSettings settings) {
  auto file = sqlite::check_file(path, options.create && !options.read_only, settings.vfs);
  if (!file) return std::unexpected(std::move(file.error()));
  if (options.read_only && !file->exists)
    return fail(ErrorCode::not_found, fmt::format("{}: the file is empty: open it for writing first", file->path));
  auto backing = options.read_only ? open_for_reading(file->path, std::move(settings))
                                   : open_for_writing(file->path, options, std::move(settings));
  if (!backing) return backing;
  // A file that can be opened but not read, or was changed at its end, is refused here, not at its first use.
  if (auto checked = (*backing)->check_end(); !checked) return std::unexpected(std::move(checked.error()));
  if (auto loaded = (*backing)->load(); !loaded) return std::unexpected(std::move(loaded.error()));
  return backing;
}

}  // namespace lasagne::detail
