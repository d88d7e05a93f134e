// The file PATH-writer beside a store: it says who writes the store, and readers in other processes watch it for news.
// It is no lock.
#pragma once

#include <string>
#include <utility>

#include "lasagne/error.hpp"

namespace lasagne::detail::sqlite {

[[nodiscard]] inline std::string writer_file(const std::string& path) { return path + "-writer"; }

// Who the file beside the store at `path` names, for a person: "process 12", "this process", …
[[nodiscard]] std::string name_of_writer(const std::string& path);

class WriterFile {
 public:
  // Makes the file, or takes the one that is there, and writes this process into it. What is no such file (a symbolic
  // link, a file with a second name, something else's data) is refused and left as it is.
  [[nodiscard]] static Result<WriterFile> open(const std::string& path);

  WriterFile(WriterFile&& other) noexcept
      : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
  WriterFile& operator=(WriterFile&&) = delete;
  ~WriterFile();

  // Wakes the readers that watch the file. Makes it again when somebody removed it.
  void notify() noexcept;

 private:
  WriterFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;  // of the store
  int descriptor_;
};

}  // namespace lasagne::detail::sqlite
