#include "contract/log_store_fixture.hpp"
#include "store/memory/memory_backing.hpp"

namespace {

using namespace lasagne;

auto memory_with(detail::LogStoreLimits limits) {
  return [limits]() -> std::unique_ptr<lasagne::testing::StoreFixture> {
    std::shared_ptr<detail::Backing> kept = std::make_shared<detail::MemoryBacking>();
    return std::make_unique<lasagne::testing::LogStoreFixture>([kept] { return kept; }, limits);
  };
}

}  // namespace

LASAGNE_STORE_CONTRACT(Memory, memory_with({}))
LASAGNE_STORE_CONTRACT(MemorySmallCaches, memory_with(lasagne::testing::small_caches()))
