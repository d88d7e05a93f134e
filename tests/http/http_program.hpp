// A program of build/bin that serves HTTP, as a child process on a free port.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace http_test {

// A directory that is gone after the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    auto pattern = (std::filesystem::temp_directory_path() / "lasagne-http-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// The bytes of memory that a process has for itself, files it has mapped not counted.
inline std::size_t memory_of(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stoul(line.substr(8)) * 1024;
  }
  throw std::runtime_error("/proc tells no RssAnon");
}

// Started at once, and listening when the constructor returns; killed by the destructor unless stopped before.
class Program {
 public:
  Program(const std::string& name, std::vector<std::string> arguments) {
    int pipe_ends[2];
    if (::pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    const std::string path = std::string(LASAGNE_BIN_DIR) + "/" + name;
    std::vector<char*> argv{const_cast<char*>(path.c_str())};
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const int error = ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(pipe_ends[1]);
    stdout_ = ::fdopen(pipe_ends[0], "r");
    if (error != 0) throw std::runtime_error("cannot start " + path);
    char line[256] = {};
    const bool told = std::fgets(line, sizeof(line), stdout_) != nullptr;
    if (!told || std::sscanf(line, "listening on http://127.0.0.1:%d", &port_) != 1) {
      throw std::runtime_error(path + " did not say where it listens: " + line);
    }
  }
  ~Program() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    std::fclose(stdout_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] httplib::Client client() const {
    httplib::Client client("127.0.0.1", port_);
    client.set_read_timeout(20);
    return client;
  }
  void kill() { end(SIGKILL); }
  // SIGTERM; the exit code, or -1 if it did not end by itself.
  int stop() { return end(SIGTERM); }
  // Of one that ends without being told; the exit code, or -1 if a signal ended it.
  int wait() { return awaited(); }
  // Without waiting for what it does.
  void signal(int number) const { ::kill(pid_, number); }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  int end(int number) {
    signal(number);
    return awaited();
  }
  int awaited() {
    int status = 0;
    const auto hung = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > hung) {
        ADD_FAILURE() << "the program does not end";
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, &status, 0);
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  pid_t pid_ = -1;
  std::FILE* stdout_ = nullptr;
  int port_ = 0;
};

inline std::string json_member(const std::string& body, const std::string& name) {
  const auto key = "\"" + name + "\":";
  auto at = body.find(key);
  if (at == std::string::npos) return {};
  at += key.size();
  if (body[at] == '"') return body.substr(at + 1, body.find('"', at + 1) - at - 1);
  return body.substr(at, body.find_first_of(",}", at) - at);
}

// The body that `get` answers, once `member` has this value in it.
template <class Get>
std::string await_member(Get get, const std::string& path, const std::string& member, const std::string& value) {
  std::string body;
  for (int i = 0; i < 1000; ++i) {
    const auto response = get();
    body = response ? response->body : "";
    if (response && response->status == 200 && json_member(body, member) == value) return body;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ADD_FAILURE() << path << ": " << member << " did not become " << value << ": " << body;
  return body;
}

constexpr const char* json = "application/json";

}  // namespace http_test
