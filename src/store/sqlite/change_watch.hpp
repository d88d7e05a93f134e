// Wakes when a writer in another process says that there is something new: see writer_file.hpp.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "lasagne/error.hpp"

namespace lasagne::detail::sqlite {

// wait() is called by one thread at a time, interrupt() by any.
class ChangeWatch {
 public:
  [[nodiscard]] static Result<ChangeWatch> open(const std::string& path);

  ChangeWatch(ChangeWatch&& other) noexcept
      : events_(std::exchange(other.events_, -1)),
        interrupted_(std::exchange(other.interrupted_, -1)),
        path_(std::move(other.path_)) {}
  ChangeWatch& operator=(ChangeWatch&&) = delete;
  ~ChangeWatch();

  // Returns after news since open() or the last wait(), after interrupt(), or at the deadline; now and then for
  // nothing.
  void wait(std::chrono::steady_clock::time_point deadline);
  void interrupt() noexcept;

 private:
  ChangeWatch(int events, int interrupted, std::string path)
      : events_(events), interrupted_(interrupted), path_(std::move(path)) {}
  bool arm();

  int events_;       // inotify
  int interrupted_;  // eventfd
  std::string path_;
};

}  // namespace lasagne::detail::sqlite
