// A server whose store is damaged under it says so and ends; it does not go on answering that nothing can be done.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "http_program.hpp"
#include "lasagne/uuid.hpp"

namespace http_test {
namespace {

std::string product(std::size_t number) {
  return "/stock/" + lasagne::Uuid::derive(lasagne::Uuid{}, "product " + std::to_string(number)).to_string();
}

// All of the file but its first page, which has been read already.
void overwrite_pages(const std::string& path) {
  const auto size = std::filesystem::file_size(path);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::string garbage(4096, '\x5a');
  for (std::uintmax_t at = 4096; at + garbage.size() <= size; at += garbage.size()) {
    file.seekp(static_cast<std::streamoff>(at));
    file.write(garbage.data(), static_cast<std::streamsize>(garbage.size()));
  }
}

TEST(Health, OfAServerWhoseStoreIsDamagedIsToldAndItEndsWithTwo) {
  const TemporaryDirectory directory;
  const auto path = directory.file("shop.db");
  const std::vector<std::string> arguments{"serve", "--store", "sqlite:" + path, "--listen", "127.0.0.1:0"};
  constexpr std::size_t products = 400;
  {
    Program writer("shop", arguments);
    auto client = writer.client();
    client.set_keep_alive(true);
    for (std::size_t i = 0; i < products; ++i)
      ASSERT_EQ(client.Put(product(i), R"({"quantity":1})", json)->status, 204);
    ASSERT_EQ(writer.stop(), 0);
  }
  Program server("shop", arguments);
  auto client = server.client();
  ASSERT_EQ(client.Get("/health")->status, 200);
  overwrite_pages(path);
  // Whatever is read from now on: an error, or what was read before; never that there is nothing.
  std::size_t failed = 0;
  for (std::size_t i = 0; i < products && failed == 0; ++i) {
    const auto answer = client.Get(product(i));
    if (!answer) {  // it has ended already
      ++failed;
      break;
    }
    EXPECT_TRUE(answer->status == 200 || answer->status == 503) << answer->status << " " << answer->body;
    if (answer->status == 503) ++failed;
  }
  EXPECT_GT(failed, 0U);
  // The processors are woken, and find out; then it says so, until it has ended.
  auto health = client.Get("/health");
  while (health && health->status == 200) health = client.Get("/health");
  EXPECT_TRUE(!health || health->status == 503) << health->status;
  EXPECT_EQ(server.wait(), 2);
}

}  // namespace
}  // namespace http_test
