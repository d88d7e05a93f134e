// A store that takes a script of steps on the fault VFS: made, written in groups, copied out of its WAL, scavenged,
// closed, opened again, read beside its writer. What must be in the store after each step is known from a store in
// memory that took the same steps, so whatever a fault leaves is compared with all that may be there.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lasagne/store.hpp"

namespace fault {

struct Step {
  std::function<lasagne::Result<void>(lasagne::Store&)> run;
  bool durable = false;  // what succeeded and all before it survives everything
};

// Everything that a store tells about what it holds, as text to compare.
[[nodiscard]] lasagne::Result<std::string> tell(lasagne::Store& store);

class ScriptedStore {
 public:
  // In a folder of its own.
  ScriptedStore();
  ~ScriptedStore();
  ScriptedStore(const ScriptedStore&) = delete;
  ScriptedStore& operator=(const ScriptedStore&) = delete;

  [[nodiscard]] static std::size_t length();

  // Opens, takes the steps that are not in the store yet, closes, opens, until the last step is in the store (true) or
  // the store has been opened `patience` times. Records a test failure when an answer is wrong, an error unclear, or
  // something that was acknowledged is missing.
  bool go_on(int patience);
  // Opens, reads, and stops in the midst of it. What was read must stay: the writer may have answered somebody by it.
  void look_and_die();
  // After faults: the whole script must come to its end, and SQLite must find the file sound.
  void come_to_its_end();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::size_t acknowledged() const noexcept { return acknowledged_; }

 private:
  std::unique_ptr<lasagne::Store> open();
  // Which step the store is after; empty when it could not be read.
  std::optional<std::size_t> find_out(lasagne::Store& store);
  // From the step after `at` to the session's end; false when the store has stopped.
  bool take_steps(lasagne::Store& store, std::size_t at);
  void expect_stopped(lasagne::Store& store);
  void look_from_beside();

  std::string folder_;
  std::string path_;
  std::size_t acknowledged_ = 0;  // steps; so many at least are in the store
  std::size_t attempted_ = 0;     // and so many at most
  bool closed_unflushed_ = false;
};

}  // namespace fault
