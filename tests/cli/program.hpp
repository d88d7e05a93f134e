// Runs a program of the build and talks to it through pipes.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace testing_programs {

using Arguments = std::vector<std::string>;

// How it ended: its exit code, or minus the signal that killed it.
inline int ending_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status); }

class Program {
 public:
  static constexpr std::chrono::seconds patience{60};  // for anything it should do soon

  explicit Program(const std::string& name, const Arguments& arguments, const Arguments& environment = {}) {
    const std::string path = std::string(LASAGNE_BIN_DIR) + "/" + name;
    int out[2];
    int err[2];
    if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
    std::vector<char*> argv{const_cast<char*>(path.c_str())};
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    std::vector<char*> env;
    for (char** each = environ; *each != nullptr; ++each) env.push_back(*each);
    for (const auto& each : environment) env.push_back(const_cast<char*>(each.c_str()));
    env.push_back(nullptr);
    const int failed = ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, argv.data(), env.data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    ::close(err[1]);
    out_.fd = out[0];
    err_.fd = err[0];
    if (failed != 0) pid_ = -1;
    if (failed != 0) throw std::runtime_error("cannot start " + path);
  }
  ~Program() {
    if (pid_ > 0) {
      kill(SIGKILL);
      (void)wait();
    }
    close_output();
    if (err_.fd >= 0) ::close(err_.fd);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Nothing once it was reaped: its number may be another's by then.
  void kill(int signal) const {
    if (pid_ > 0) ::kill(pid_, signal);
  }
  // Empty while it runs; reaps it when it ended.
  std::optional<int> ended() {
    int status = 0;
    if (pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      ending_ = ending_of(status);
    }
    return ending_;
  }
  // Reads everything, then reaps it.
  int wait() {
    while (pump(patience)) {
    }
    int status = 0;
    if (pid_ > 0 && ::waitpid(pid_, &status, 0) == pid_) {
      pid_ = -1;
      ending_ = ending_of(status);
    }
    return *ending_;
  }
  // The next line of its standard output; empty at its end, or when none came in time.
  std::optional<std::string> line() {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
      if (const auto end = out_.text.find('\n', taken_); end != std::string::npos) {
        std::string line = out_.text.substr(taken_, end - taken_);
        taken_ = end + 1;
        return line;
      }
      const auto left = deadline - std::chrono::steady_clock::now();
      if (out_.fd < 0 || left <= left.zero() || !pump(left)) return std::nullopt;
    }
  }
  // As a reader that has seen enough.
  void close_output() {
    if (out_.fd >= 0) ::close(out_.fd);
    out_.fd = -1;
  }
  [[nodiscard]] const std::string& out() const { return out_.text; }
  [[nodiscard]] const std::string& err() const { return err_.text; }

 private:
  struct Pipe {
    int fd = -1;
    std::string text;
  };
  // Takes what there is; false when both are closed, or nothing came in time.
  bool pump(std::chrono::nanoseconds bound) {
    pollfd fds[2] = {{out_.fd, POLLIN, 0}, {err_.fd, POLLIN, 0}};
    if (out_.fd < 0 && err_.fd < 0) return false;
    const auto bound_ms = std::chrono::ceil<std::chrono::milliseconds>(bound).count();
    if (::poll(fds, 2, static_cast<int>(bound_ms)) <= 0) return false;
    for (int i = 0; i < 2; ++i) {
      Pipe& pipe = i == 0 ? out_ : err_;
      if (fds[i].revents == 0) continue;
      char buffer[4096];
      const auto got = ::read(pipe.fd, buffer, sizeof buffer);
      if (got > 0) {
        pipe.text.append(buffer, static_cast<std::size_t>(got));
      } else {
        ::close(pipe.fd);
        pipe.fd = -1;
      }
    }
    return true;
  }

  pid_t pid_ = -1;
  std::optional<int> ending_;
  Pipe out_;
  Pipe err_;
  std::size_t taken_ = 0;
};

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

struct Ran {
  int exit_code = 0;
  std::string out;
  std::string err;
  [[nodiscard]] std::vector<std::string> lines() const { return lines_of(out); }
};

inline Ran run(const std::string& name, const Arguments& arguments, const Arguments& environment = {}) {
  Program program(name, arguments, environment);
  const int exit_code = program.wait();
  return {exit_code, program.out(), program.err()};
}

// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lasagne-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace testing_programs
