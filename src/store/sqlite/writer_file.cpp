#include "store/sqlite/writer_file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite/database_file.hpp"

namespace lasagne::detail::sqlite {

namespace {

constexpr std::size_t longest_text = 512;  // a longer file is none of ours

// Process ids mean something within one PID namespace of one running system only.
struct ProcessName {
  std::string pid;
  std::string pid_namespace;
  std::string boot;
  std::string host;
  friend bool operator==(const ProcessName&, const ProcessName&) = default;
};

ProcessName this_process() {
  ProcessName name;
  name.pid = std::to_string(::getpid());
  std::error_code ignored;
  name.pid_namespace = std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string();
  std::ifstream{"/proc/sys/kernel/random/boot_id"} >> name.boot;
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0) name.host = host.data();
  return name;
}

// One line each, so that `head -1` gives the process id.
std::string text_of(const ProcessName& name) {
  return fmt::format("{}\n{}\n{}\n{}\n", name.pid, name.pid_namespace, name.boot, name.host);
}

ProcessName read_name(int descriptor) {
  std::array<char, longest_text> bytes;
  const auto size = ::pread(descriptor, bytes.data(), bytes.size(), 0);
  std::istringstream lines{std::string{bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0}};
  ProcessName name;
  std::getline(lines, name.pid);
  std::getline(lines, name.pid_namespace);
  std::getline(lines, name.boot);
  std::getline(lines, name.host);
  return name;
}

std::unexpected<Error> refuse(const std::string& file, std::string_view what) {
  return fail(ErrorCode::unavailable, fmt::format("{}: {}; it was left as it is", file, what));
}

int open_file(const std::string& file) noexcept {
  return ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
}

bool write_name(int descriptor) {
  const auto text = text_of(this_process());
  return ::ftruncate(descriptor, 0) == 0 &&
         ::pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

// As SQLite does with its files: who may write the store may write this file too, also when root made it.
void take_owner_and_mode(int descriptor, const std::string& path) {
  struct stat store{};
  if (::stat(path.c_str(), &store) != 0) return;
  [[maybe_unused]] int ignored = ::geteuid() == 0 ? ::fchown(descriptor, store.st_uid, store.st_gid) : 0;
  ignored = ::fchmod(descriptor, store.st_mode & 0666U);
}

}  // namespace

std::string name_of_writer(const std::string& path) {
  struct stat status{};
  if (::lstat(writer_file(path).c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink > 1)
    return "another process";
  const int descriptor = ::open(writer_file(path).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return "another process";
  const auto name = read_name(descriptor);
  ::close(descriptor);
  const auto self = this_process();
  if (name.pid.empty()) return "another process";
  if (name == self) return fmt::format("process {} (this one)", name.pid);
  if (name.boot == self.boot && name.pid_namespace == self.pid_namespace) return fmt::format("process {}", name.pid);
  if (name.host.empty()) return fmt::format("process {}", name.pid);
  return fmt::format("process {} in another container or on another machine (host {})", name.pid, name.host);
}

Result<WriterFile> WriterFile::open(const std::string& path) {
  const auto file = writer_file(path);
  // Looked at before it is opened: were it another name of the database, closing it would drop this process's locks.
  struct stat status{};
  if (::lstat(file.c_str(), &status) == 0) {
    if (S_ISLNK(status.st_mode)) return refuse(file, "is a symbolic link and must be a plain file: remove the link");
    if (!S_ISREG(status.st_mode)) return refuse(file, "must be a plain file: remove what is there");
    if (status.st_nlink > 1)
      return refuse(file, "is a file with several names (hard links), and would be overwritten: remove this name");
  }
  const int descriptor = open_file(file);
  if (descriptor < 0)
    return fail(ErrorCode::unavailable, fmt::format("{}: cannot be opened: {}", file, why_not_opened(file, errno)));
  WriterFile opened{path, descriptor};
  if (::fstat(descriptor, &status) != 0)
    return fail(ErrorCode::unavailable, fmt::format("{}: cannot be examined: {}", file, std::strerror(errno)));
  if (!S_ISREG(status.st_mode) || status.st_nlink > 1)
    return refuse(file, "was replaced just now: open the store again");
  if (status.st_size > static_cast<off_t>(longest_text) ||
      (status.st_size > 0 && read_name(descriptor).pid.find_first_not_of("0123456789") != std::string::npos))
    return refuse(file, "holds something other than a writer's process id: move it away");
  take_owner_and_mode(descriptor, path);
  if (!write_name(descriptor))
    return fail(ErrorCode::unavailable, fmt::format("{}: cannot be written: {}", file, std::strerror(errno)));
  return opened;
}

WriterFile::~WriterFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void WriterFile::notify() noexcept {
  const auto file = writer_file(path_);
  struct stat there{};
  struct stat opened{};
  const bool gone = ::lstat(file.c_str(), &there) != 0 || ::fstat(descriptor_, &opened) != 0 ||
                    there.st_ino != opened.st_ino || there.st_dev != opened.st_dev;
  if (gone) {
    // Readers that cannot be woken look now and then; a file that cannot be made is no reason to stop writing.
    if (auto made = open(path_)) std::swap(descriptor_, made->descriptor_);
  }
  // A read wakes the watchers and, other than a write, gives the disk nothing to do.
  char byte;
  [[maybe_unused]] const auto size = ::pread(descriptor_, &byte, 1, 0);
}

}  // namespace lasagne::detail::sqlite
