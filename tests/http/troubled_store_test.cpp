// A server whose store is held by another program, or damaged under it.
#include <sqlite3.h>

#include <future>

#include "http_program.hpp"
#include "lasagne/store.hpp"

namespace http_test {
namespace {

class TroubledStore : public ::testing::Test {
 protected:
  [[nodiscard]] std::string file() const { return directory_.file("store.db"); }
  [[nodiscard]] std::vector<std::string> serve() const {
    return {"serve", "--store", "sqlite:" + file(), "--listen", "127.0.0.1:0"};
  }
  // A cart is opened; its id, or nothing.
  static std::string open_cart(const Program& program) {
    auto client = program.client();
    const auto response = client.Post("/carts", R"({"client_id":"00000000-0000-4000-8000-000000000001"})", json);
    if (!response || response->status != 201) return {};
    return json_member(response->body, "cart_id");
  }
  static int status_of(const Program& program, const std::string& path) {
    const auto response = program.client().Get(path);
    return response ? response->status : 0;
  }

  TemporaryDirectory directory_;
};

// Longer than a write waits by itself.
TEST_F(TroubledStore, IsWaitedForWhileAnotherProgramHoldsItForSevenSeconds) {
  Program program("shop", serve());
  ASSERT_FALSE(open_cart(program).empty());
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  auto meanwhile = std::async(std::launch::async, [&] { return open_cart(program); });
  std::this_thread::sleep_for(std::chrono::seconds(7));
  ASSERT_EQ(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  const auto cart = meanwhile.get();
  ASSERT_FALSE(cart.empty()) << "it was refused";
  EXPECT_EQ(status_of(program, "/carts/" + cart), 200);
  EXPECT_EQ(status_of(program, "/health"), 200);
  EXPECT_FALSE(open_cart(program).empty());
  EXPECT_EQ(program.stop(), 0);
}

// However a request meets the damage, the program says so and ends, and serves nothing until then.
TEST_F(TroubledStore, ThatIsDamagedEndsTheServerWithExitCodeTwo) {
  std::string cart;
  {
    Program program("shop", serve());
    for (int i = 0; i < 200; ++i) cart = open_cart(program);
    ASSERT_EQ(program.stop(), 0);
  }
  Program program("shop", serve());
  {
    const auto size = std::filesystem::file_size(file());
    std::fstream damaged(file(), std::ios::in | std::ios::out | std::ios::binary);
    damaged << std::string(size, '\x5a');
  }
  EXPECT_NE(status_of(program, "/carts/" + cart), 200);
  EXPECT_EQ(program.wait(), 2);
}

}  // namespace
}  // namespace http_test
