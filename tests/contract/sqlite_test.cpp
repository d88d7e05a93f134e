#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "contract/log_store_fixture.hpp"
#include "store/sqlite/sqlite_backing.hpp"

namespace {

using namespace lasagne;

class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "lasagne-contract-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no folder " + path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file() const { return path_ + "/store.lasagne"; }

 private:
  std::string path_;
};

auto sqlite_with(detail::LogStoreLimits limits) {
  return [limits]() -> std::unique_ptr<lasagne::testing::StoreFixture> {
    const auto folder = std::make_shared<const Folder>();
    return std::make_unique<lasagne::testing::LogStoreFixture>(
        [folder] { return detail::open_sqlite_backing(folder->file(), {}); }, limits);
  };
}

}  // namespace

LASAGNE_STORE_CONTRACT(Sqlite, sqlite_with({}))
LASAGNE_STORE_CONTRACT(SqliteSmallCaches, sqlite_with(lasagne::testing::small_caches()))
