// A SQLite VFS over the default one that fails on demand, and that knows what a power cut would leave of each file.
//
// A write is kept at once by the real file, and on the imagined disk by the next sync of the file. What a failed sync
// covered never gets there: the kernel holds it for written, so a later sync that goes well does not write it either.
// Names come and go on the disk with a sync of the directory, which SQLite does when it first syncs a journal or WAL.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>

namespace fault {

enum class Operation : std::uint8_t { open, read, write, sync, truncate, remove, size, shm_map, shm_lock, count };
[[nodiscard]] std::string_view name_of(Operation operation);

// How often each was called.
struct Calls {
  std::array<std::uint64_t, static_cast<std::size_t>(Operation::count)> of{};
  std::uint64_t changes = 0;  // of files: writes, syncs, truncations and removals
};

// The nth call of an operation answers `code`, and so does every later one when it stays.
struct Fault {
  Operation operation = Operation::write;
  std::uint64_t nth = 1;
  int code = SQLITE_IOERR;
  bool stays = false;
  bool half = false;  // half of what was to be written is written
};

// What a power cut takes of what no sync has kept: all of it, or each sector of it with a chance of one half.
enum class Loss : std::uint8_t { all, some };

// There is one, since SQLite knows a VFS by its name. One thread at a time.
class FaultVfs {
 public:
  static constexpr const char* registered_name = "lasagne-fault";
  static FaultVfs& instance();

  // Nothing fails from here on, and the counters begin anew.
  void calm();
  void plan(const Fault& fault) { fault_ = fault; }
  // At the nth change of a file everything stops: it and all later calls fail.
  void stop_at(std::uint64_t nth_change) { stop_at_ = nth_change; }
  // The planned fault came to pass, or everything stopped.
  [[nodiscard]] bool struck() const noexcept { return struck_; }
  [[nodiscard]] const Calls& calls() const noexcept { return calls_; }

  // Puts on the real files what the disk would hold after a power cut here. No file may be open.
  void cut_power(Loss loss, std::uint64_t seed);
  // Forgets all files.
  void forget() { nodes_.clear(); }

 private:
  struct Change {
    std::int64_t offset = 0;
    std::string bytes;
    bool truncate = false;   // to `offset`
    bool under_way = false;  // when everything stopped: only a power cut at that moment may have left some of it
  };
  struct Node {
    std::string disk;                  // what is on the disk for certain
    bool on_disk = false;              // the name is
    bool in_use = false;               // the real file is there
    std::vector<Change> pending;       // since the last sync
    std::optional<std::string> ghost;  // a removed file of that name that a power cut may bring back
  };
  struct File;
  struct Methods;

  FaultVfs();
  // SQLITE_OK, or the error that this call must answer.
  int strike(Operation operation);
  void sync_directory();
  static void apply(const Change& change, std::string& bytes);
  static void apply_some(const Change& change, std::string& bytes, std::mt19937_64& random);

  sqlite3_vfs vfs_{};
  sqlite3_vfs* real_ = nullptr;
  std::map<std::string, std::shared_ptr<Node>, std::less<>> nodes_;
  std::optional<Fault> fault_;
  std::uint64_t stop_at_ = 0;
  Calls calls_;
  bool struck_ = false;
  bool stopped_ = false;
};

}  // namespace fault
