// A LogStore with a clock that only moves by hand, over a backing that a reopening makes anew or keeps.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

#include "lasagne/testing/store_contract.hpp"
#include "store/log/log_store.hpp"

namespace lasagne::testing {

// So little in memory that nearly all is read from the backing.
inline lasagne::detail::LogStoreLimits small_caches() {
  return {.cached_streams = 4, .tail_messages = 8, .recent_messages_per_stream = 2};
}

class LogStoreFixture final : public StoreFixture {
 public:
  using OpenBacking = std::function<Result<std::shared_ptr<lasagne::detail::Backing>>()>;

  LogStoreFixture(OpenBacking open, lasagne::detail::LogStoreLimits limits) : open_(std::move(open)), limits_(limits) {
    reopen();
  }

  Store& store() override { return *store_; }

  void reopen() override {
    store_.reset();
    auto backing = open_();
    if (!backing) throw std::runtime_error(backing.error().message);
    auto opened = lasagne::detail::LogStore::open(*std::move(backing), [this] { return Timestamp{now_}; }, limits_);
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = *std::move(opened);
  }

  void advance(Duration by) override { now_ += by.count(); }

 private:
  OpenBacking open_;
  lasagne::detail::LogStoreLimits limits_;
  std::atomic<std::int64_t> now_ = 1'700'000'000'000'000;
  std::unique_ptr<Store> store_;
};

}  // namespace lasagne::testing
