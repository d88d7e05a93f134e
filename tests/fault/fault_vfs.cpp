#include "fault/fault_vfs.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <new>
#include <stdexcept>
#include <utility>

namespace fault {

namespace {

constexpr std::size_t sector = 512;

bool is_change(Operation operation) {
  return operation == Operation::write || operation == Operation::sync || operation == Operation::truncate ||
         operation == Operation::remove;
}

}  // namespace

std::string_view name_of(Operation operation) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(Operation::count)> names{
      "open", "read", "write", "sync", "truncate", "remove", "size", "shm_map", "shm_lock"};
  return names.at(static_cast<std::size_t>(operation));
}

// As SQLite allocates it: the real file's own structure follows.
struct FaultVfs::File {
  sqlite3_file base;
  std::shared_ptr<Node>* node;  // null for a file without a name
  bool syncs_directory;         // as SQLite's VFS does with the first sync of a journal or WAL that it may have made
  [[nodiscard]] sqlite3_file* real() noexcept { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

// What SQLite calls.
struct FaultVfs::Methods {
  static File& file(sqlite3_file* file) noexcept { return *reinterpret_cast<File*>(file); }
  static sqlite3_file* real(sqlite3_file* given) noexcept { return file(given).real(); }
  static Node* node(sqlite3_file* given) noexcept {
    const auto* kept = file(given).node;
    return kept != nullptr ? kept->get() : nullptr;
  }

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* opened, int flags, int* out_flags) noexcept;
  static int remove(sqlite3_vfs*, const char* name, int sync_directory) noexcept;
  static int access(sqlite3_vfs*, const char* name, int flags, int* out) noexcept {
    auto& vfs = instance();
    return vfs.stopped_ ? SQLITE_IOERR_ACCESS : vfs.real_->xAccess(vfs.real_, name, flags, out);
  }
  static int full_path(sqlite3_vfs*, const char* name, int size, char* out) noexcept {
    return instance().real_->xFullPathname(instance().real_, name, size, out);
  }
  static int randomness(sqlite3_vfs*, int size, char* out) noexcept {
    return instance().real_->xRandomness(instance().real_, size, out);
  }
  // Who waits for a lock here waits for somebody in this thread.
  static int sleep(sqlite3_vfs*, int microseconds) noexcept { return microseconds; }
  static int time(sqlite3_vfs*, sqlite3_int64* out) noexcept {
    return instance().real_->xCurrentTimeInt64(instance().real_, out);
  }
  static int last_error(sqlite3_vfs*, int size, char* out) noexcept {
    return instance().real_->xGetLastError(instance().real_, size, out);
  }

  static int close(sqlite3_file* file_) noexcept {
    delete file(file_).node;
    return real(file_)->pMethods != nullptr ? real(file_)->pMethods->xClose(real(file_)) : SQLITE_OK;
  }
  static int read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) noexcept {
    if (const int code = instance().strike(Operation::read)) return code;
    return real(file)->pMethods->xRead(real(file), out, size, offset);
  }
  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) noexcept;
  static int truncate(sqlite3_file* file, sqlite3_int64 size) noexcept;
  static int sync(sqlite3_file* file, int flags) noexcept;
  static int size(sqlite3_file* file, sqlite3_int64* out) noexcept {
    if (const int code = instance().strike(Operation::size)) return code;
    return real(file)->pMethods->xFileSize(real(file), out);
  }
  static int lock(sqlite3_file* file, int level) noexcept {
    return instance().stopped_ ? SQLITE_IOERR_LOCK : real(file)->pMethods->xLock(real(file), level);
  }
  static int unlock(sqlite3_file* file, int level) noexcept { return real(file)->pMethods->xUnlock(real(file), level); }
  static int reserved(sqlite3_file* file, int* out) noexcept {
    return real(file)->pMethods->xCheckReservedLock(real(file), out);
  }
  static int control(sqlite3_file* file, int operation, void* argument) noexcept {
    // A hint that would change the file past the imagined disk.
    if (operation == SQLITE_FCNTL_SIZE_HINT || operation == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
  }
  static int sector_size(sqlite3_file* file) noexcept { return real(file)->pMethods->xSectorSize(real(file)); }
  static int device(sqlite3_file* file) noexcept { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
  static int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) noexcept {
    if (const int code = instance().strike(Operation::shm_map)) return code;
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
  }
  static int shm_lock(sqlite3_file* file, int offset, int count, int flags) noexcept {
    if ((flags & SQLITE_SHM_LOCK) != 0)
      if (const int code = instance().strike(Operation::shm_lock)) return code;
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
  }
  static void shm_barrier(sqlite3_file* file) noexcept { real(file)->pMethods->xShmBarrier(real(file)); }
  static int shm_unmap(sqlite3_file* file, int remove) noexcept {
    return real(file)->pMethods->xShmUnmap(real(file), remove);
  }
  static constexpr sqlite3_io_methods methods{2,        close,       read,      write,   truncate,    sync,   size,
                                              lock,     unlock,      reserved,  control, sector_size, device, shm_map,
                                              shm_lock, shm_barrier, shm_unmap, nullptr, nullptr};
};

int FaultVfs::Methods::open(sqlite3_vfs*, const char* name, sqlite3_file* opened, int flags, int* out_flags) noexcept {
  auto& vfs = instance();
  File& file = *new (opened) File{};
  file.real()->pMethods = nullptr;
  if (const int code = vfs.strike(Operation::open)) return code;
  const int code = vfs.real_->xOpen(vfs.real_, name, file.real(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  file.base.pMethods = &methods;
  if (name == nullptr) return SQLITE_OK;
  auto& node = vfs.nodes_[name];
  if (!node) node = std::make_shared<Node>();
  file.syncs_directory =
      (flags & SQLITE_OPEN_CREATE) != 0 && (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
  node->in_use = true;
  file.node = new std::shared_ptr<Node>(node);
  return SQLITE_OK;
}

int FaultVfs::Methods::remove(sqlite3_vfs*, const char* name, int sync_directory) noexcept {
  auto& vfs = instance();
  if (const int code = vfs.strike(Operation::remove)) return code;
  const int code = vfs.real_->xDelete(vfs.real_, name, 0);
  if (code != SQLITE_OK) return code;
  const auto found = vfs.nodes_.find(std::string_view{name});
  if (found == vfs.nodes_.end()) return SQLITE_OK;
  const auto was = std::exchange(found->second, std::make_shared<Node>());
  found->second->ghost = was->on_disk ? std::optional(was->disk) : was->ghost;
  if (sync_directory != 0) vfs.sync_directory();
  return SQLITE_OK;
}

int FaultVfs::Methods::write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) noexcept {
  auto& vfs = instance();
  const auto keep = [&](int count, bool under_way = false) {
    const std::string_view all(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
    if (auto* kept = node(file))
      kept->pending.push_back({offset, std::string(all.substr(0, static_cast<std::size_t>(count))), false, under_way});
  };
  if (const int code = vfs.strike(Operation::write)) {
    if (vfs.stopped_) {
      keep(size, true);
    } else if (vfs.fault_->half && real(file)->pMethods->xWrite(real(file), bytes, size / 2, offset) == SQLITE_OK) {
      keep(size / 2);
    }
    return code;
  }
  const int code = real(file)->pMethods->xWrite(real(file), bytes, size, offset);
  if (code == SQLITE_OK) keep(size);
  return code;
}

int FaultVfs::Methods::truncate(sqlite3_file* file, sqlite3_int64 size) noexcept {
  if (const int code = instance().strike(Operation::truncate)) return code;
  const int code = real(file)->pMethods->xTruncate(real(file), size);
  if (code == SQLITE_OK && node(file) != nullptr) node(file)->pending.push_back({size, {}, true, false});
  return code;
}

int FaultVfs::Methods::sync(sqlite3_file* file, int) noexcept {
  auto& vfs = instance();
  auto* synced = node(file);
  if (const int code = vfs.strike(Operation::sync)) {
    if (synced != nullptr && !vfs.stopped_) synced->pending.clear();
    return code;
  }
  if (synced == nullptr) return SQLITE_OK;
  for (const auto& change : synced->pending)
    if (!change.under_way) apply(change, synced->disk);
  synced->pending.clear();
  if (std::exchange(Methods::file(file).syncs_directory, false)) vfs.sync_directory();
  return SQLITE_OK;
}

void FaultVfs::sync_directory() {
  for (auto& [path, node] : nodes_) {
    node->on_disk = node->in_use;
    node->ghost.reset();
  }
}

FaultVfs::FaultVfs() : real_(sqlite3_vfs_find(nullptr)) {
  if (real_ == nullptr) throw std::runtime_error("SQLite has no default VFS");
  vfs_ = *real_;
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
  vfs_.zName = registered_name;
  vfs_.pNext = nullptr;
  vfs_.xOpen = Methods::open;
  vfs_.xDelete = Methods::remove;
  vfs_.xAccess = Methods::access;
  vfs_.xFullPathname = Methods::full_path;
  vfs_.xRandomness = Methods::randomness;
  vfs_.xSleep = Methods::sleep;
  vfs_.xCurrentTimeInt64 = Methods::time;
  vfs_.xGetLastError = Methods::last_error;
  if (sqlite3_vfs_register(&vfs_, 0) != SQLITE_OK) throw std::runtime_error("the VFS was not taken");
}

FaultVfs& FaultVfs::instance() {
  static FaultVfs vfs;
  return vfs;
}

void FaultVfs::calm() {
  fault_.reset();
  stop_at_ = 0;
  calls_ = {};
  struck_ = false;
  stopped_ = false;
}

int FaultVfs::strike(Operation operation) {
  const auto nth = ++calls_.of.at(static_cast<std::size_t>(operation));
  if (is_change(operation) && ++calls_.changes == stop_at_) struck_ = stopped_ = true;
  if (stopped_) return SQLITE_IOERR;
  if (!fault_ || fault_->operation != operation || (fault_->stays ? nth < fault_->nth : nth != fault_->nth))
    return SQLITE_OK;
  struck_ = true;
  return fault_->code;
}

void FaultVfs::apply(const Change& change, std::string& bytes) {
  const auto offset = static_cast<std::size_t>(change.offset);
  if (change.truncate) {
    if (bytes.size() > offset) bytes.resize(offset);
    return;
  }
  if (bytes.size() < offset + change.bytes.size()) bytes.resize(offset + change.bytes.size());
  bytes.replace(offset, change.bytes.size(), change.bytes);
}

void FaultVfs::apply_some(const Change& change, std::string& bytes, std::mt19937_64& random) {
  if (change.truncate) {
    if (random() % 2 == 0) apply(change, bytes);
    return;
  }
  auto from = static_cast<std::size_t>(change.offset);
  const auto end = from + change.bytes.size();
  while (from < end) {
    const auto to = std::min(end, (from / sector + 1) * sector);
    const auto part = change.bytes.substr(from - static_cast<std::size_t>(change.offset), to - from);
    if (random() % 2 == 0) apply({static_cast<std::int64_t>(from), part, false, false}, bytes);
    from = to;
  }
}

void FaultVfs::cut_power(Loss loss, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  for (auto& [path, node] : nodes_) {
    auto& bytes = node->disk;
    bool there = node->on_disk;
    if (loss == Loss::some && node->in_use) {
      for (const auto& change : node->pending) apply_some(change, bytes, random);
      there = there || random() % 2 == 0;
    }
    if (!there && node->ghost && (loss == Loss::all || random() % 2 == 0)) {
      bytes = *node->ghost;
      there = true;
    }
    if (there) {
      std::ofstream{path, std::ios::binary | std::ios::trunc} << bytes;
    } else {
      std::filesystem::remove(path);
    }
    std::filesystem::remove(path + "-shm");
    node = std::make_shared<Node>(Node{there ? bytes : std::string{}, there, there, {}, {}});
  }
}

}  // namespace fault
