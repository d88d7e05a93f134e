#include "workspace.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace bench {

namespace {

constexpr std::string_view sqlite = "sqlite:";

void remove_files(const std::string& path) {
  for (const auto* suffix : {"", "-wal", "-shm", "-journal", "-writer"}) {
    std::error_code ignored;
    std::filesystem::remove(path + suffix, ignored);
  }
}

}  // namespace

Workspace::Workspace(std::string url) {
  if (url == "memory:") return;
  if (!url.starts_with(sqlite) || url.size() == sqlite.size()) {
    throw std::invalid_argument("--store \"" + url + "\": expected sqlite:PATH or memory:");
  }
  path_ = url.substr(sqlite.size());
  auto directory = std::filesystem::path(path_).parent_path();
  if (directory.empty()) directory = ".";
  if (!std::filesystem::is_directory(directory)) {
    throw std::runtime_error("--store " + url + ": there is no directory " + directory.string());
  }
  if (::access(directory.c_str(), W_OK) != 0) {
    throw std::runtime_error("--store " + url + ": the directory " + directory.string() + " cannot be written");
  }
}

Workspace::~Workspace() {
  for (const auto& path : paths_) remove_files(path);
}

std::string Workspace::fresh_path() {
  std::string path;
  do {
    path = path_ + ".bench-" + std::to_string(++made_);
  } while (std::filesystem::exists(path) || std::filesystem::exists(path + "-writer"));
  paths_.push_back(path);
  return path;
}

std::string Workspace::fresh_url() { return on_disk() ? std::string(sqlite) + fresh_path() : "memory:"; }

void Workspace::remove(const std::string& path_or_url) {
  const auto path = path_or_url.starts_with(sqlite) ? path_or_url.substr(sqlite.size()) : path_or_url;
  const auto found = std::ranges::find(paths_, path);
  if (found == paths_.end()) return;
  remove_files(path);
  paths_.erase(found);
}

}  // namespace bench
