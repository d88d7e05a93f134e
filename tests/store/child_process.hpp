// A process of the test's own, in step with it.
#pragma once

#include <csignal>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lasagne::detail {

// A child that does `work(reach)`. Each `reach()` in it tells the test that it got there and waits until the test says
// go_on(); it gives false when the test is over. The constructor returns when the child reached its first place.
class ChildProcess {
 public:
  template <class Work>
  explicit ChildProcess(Work work) {
    int up[2];
    int down[2];
    EXPECT_EQ(::pipe(up) | ::pipe(down), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(up[0]);
      ::close(down[1]);
      work([&] {
        char byte = 'r';
        return ::write(up[1], &byte, 1) == 1 && ::read(down[0], &byte, 1) == 1;
      });
      ::_exit(0);
    }
    ::close(up[1]);
    ::close(down[0]);
    reached_ = up[0];
    go_on_ = down[1];
    EXPECT_TRUE(await());
  }
  ~ChildProcess() {
    ::close(go_on_);
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
    ::close(reached_);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Lets it go on from the place that it reached.
  void go_on() {
    const char byte = 'g';
    EXPECT_EQ(::write(go_on_, &byte, 1), 1);
  }
  // Waits until it reaches its next place; false when it ended before.
  [[nodiscard]] bool await() {
    char byte;
    return ::read(reached_, &byte, 1) == 1;
  }
  void kill() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  pid_t pid_ = 0;
  int reached_ = -1;
  int go_on_ = -1;
};

// Runs a command of the shell; gives whether it ended well.
inline bool run_command(const std::string& command) { return std::system(command.c_str()) == 0; }

}  // namespace lasagne::detail
