// A Store that reads a SQLite store beside its writer in another process.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lasagne/store.hpp"
#include "store/log/backing.hpp"

namespace lasagne::detail {

// `backing` was opened read-only from `path`. What the writer committed is visible and durable at once; every write
// answers `invalid`. `now` is what max_age counts from.
[[nodiscard]] Result<std::unique_ptr<Store>> open_read_only_store(std::shared_ptr<Backing> backing, std::string path,
                                                                  std::function<Timestamp()> now);

}  // namespace lasagne::detail
