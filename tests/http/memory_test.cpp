// Under load a server asks for no more memory, however long it lasts.
#include <map>

#include "common/http.hpp"
#include "concurrent_clients.hpp"
#include "http_api.hpp"
#include "http_program.hpp"
#include "local_server.hpp"
#include "shop_modules.hpp"
#include "store/log/log_store.hpp"
#include "store/sqlite/sqlite_backing.hpp"

namespace http_test {
namespace {

constexpr auto client_count = examples::http::Bounds::connections - 1;
constexpr std::size_t noise = 4 << 20;  // of an allocator; a leak of 100 bytes a request is more

std::string product(std::size_t number) {
  return "/stock/01900000-0000-7000-8000-000000000" + std::to_string(100 + number % 64);
}
std::string read_stock(std::size_t number) { return "GET " + product(number) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"; }
std::string set_stock(std::size_t number) {
  const auto body = R"({"quantity":)" + std::to_string(number) + "}";
  return "PUT " + product(number) +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

// How often each status was answered, until so many requests were admitted and others were refused.
std::map<int, std::size_t> burst(ConcurrentClients& clients, const ConcurrentClients::Make& make,
                                 std::size_t admitted) {
  std::map<int, std::size_t> answers;
  std::size_t refused = 0;
  constexpr std::size_t most = 2'000'000;  // a server that takes them all is not under overload
  for (std::size_t all = 0; (all - refused < admitted || refused == 0) && all < most; all += 4000) {
    clients.run(4000, make, [&](std::size_t, const ClientAnswer& answer) {
      ++answers[answer.status];
      if (answer.status == 503) ++refused;
    });
  }
  return answers;
}

void expect_flat(std::size_t before, std::size_t after, std::map<int, std::size_t> answers) {
  EXPECT_GT(answers[503], 0u) << "that was no overload";
  EXPECT_LT(after, before + noise);
  for (const auto& [status, count] : answers) std::printf("%zu times %d, ", count, status);
  std::printf("memory: %zu KiB before, %zu KiB after\n", before / 1024, after / 1024);
}

TEST(Memory, OfTheShopIsFlatWhileItReadsAndRefuses) {
  const TemporaryDirectory directory;
  const Program shop("shop", {"serve", "--store", "sqlite:" + directory.file("shop.db"), "--listen", "127.0.0.1:0"});
  ConcurrentClients clients(shop.port(), client_count);
  clients.run(64, set_stock, [](std::size_t, const ClientAnswer& answer) { ASSERT_EQ(answer.status, 204); });
  burst(clients, read_stock, 10'000);
  const auto before = memory_of(shop.pid());
  const auto answers = burst(clients, read_stock, 40'000);
  expect_flat(before, memory_of(shop.pid()), answers);
}

// The whole server in this process, with caches so small that they are full soon: what is left to grow must not.
TEST(Memory, IsFlatWhileTheLogGrows) {
  const TemporaryDirectory directory;
  lasagne::detail::SqliteSettings settings;
  settings.writer_cache_kib = 1024;
  settings.reader_cache_kib = 256;
  const auto clock = [] { return lasagne::Timestamp{1'700'000'000'000'000}; };
  auto backing = lasagne::detail::open_sqlite_backing(directory.file("shop.db"), {}, settings).value();
  lasagne::detail::LogStoreLimits limits;
  limits.tail_messages = 1024;
  const auto store = lasagne::detail::LogStore::open(std::move(backing), clock, limits).value();
  lasagne::Runtime runtime(*store, shop::shop_modules());
  shop::HttpApi api{runtime, shop::catalogue_price, clock};
  examples::http::Router router;
  api.add_routes(router);
  runtime.start();
  LocalServer server(router);
  ConcurrentClients clients(server.port(), client_count);
  burst(clients, set_stock, 20'000);
  const auto before = memory_of(::getpid());
  const auto answers = burst(clients, set_stock, 40'000);
  expect_flat(before, memory_of(::getpid()), answers);
  EXPECT_TRUE(server.stop());
}

}  // namespace
}  // namespace http_test
