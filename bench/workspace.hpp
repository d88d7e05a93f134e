// Where the benchmarks keep their stores.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

// Makes URLs of new stores after the one given: files PATH.bench-1, PATH.bench-2, ..., all removed at the end. For
// `memory:` every store is new anyway.
class Workspace {
 public:
  // Throws std::invalid_argument for a URL of another kind, and std::runtime_error when the directory cannot be
  // written.
  explicit Workspace(std::string url);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  [[nodiscard]] bool on_disk() const noexcept { return !path_.empty(); }
  // A name nobody uses, for a store or a plain file. Only when on_disk().
  [[nodiscard]] std::string fresh_path();
  [[nodiscard]] std::string fresh_url();
  // Removes one of its stores, to bound the space. Others are left alone.
  void remove(const std::string& path_or_url);

 private:
  std::string path_;  // empty: memory
  std::uint64_t made_ = 0;
  std::vector<std::string> paths_;
};

}  // namespace bench
