// Stores that programs from before type names were qualified left in the middle of their work, killed: the programs of
// today open them, go on where the others were, and come to rest with a clean audit. The files are kept as SQL.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <sstream>

#include "cli/program.hpp"
#include "lasagne/store.hpp"
#include "lasagne/type_name.hpp"

namespace old_stores_test {

using testing_programs::Arguments;
using testing_programs::run;

struct Left {
  std::string file;                     // below tests/old_stores
  std::string program;                  // that left it
  Arguments load;                       // how it was called, but for the store
  std::vector<std::string> processors;  // as they are called today
};

class OldStores : public ::testing::TestWithParam<Left> {
 protected:
  OldStores() {
    std::ifstream file(std::string(LASAGNE_SOURCE_DIR) + "/tests/old_stores/" + GetParam().file);
    std::stringstream sql;
    sql << file.rdbuf();
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.str().c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  Arguments call(const std::string& command, const Arguments& more = {}) const {
    Arguments arguments{command, "--store", "sqlite:" + path};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  void expect_success(const Arguments& arguments) const {
    const auto ran = run(GetParam().program, arguments);
    EXPECT_EQ(ran.exit_code, 0) << arguments.front() << ":\n" << ran.out << ran.err;
  }
  // By type, without namespaces.
  std::map<std::string, std::size_t> counts() const {
    std::map<std::string, std::size_t> counts;
    const auto store = lasagne::open("sqlite:" + path);
    const auto log = store->read_all(0, {}, 100'000).value();
    for (const auto& message : log.messages) ++counts[std::string(lasagne::last_part(message->type))];
    EXPECT_TRUE(store->parked({}, 0, 10)->empty());
    return counts;
  }
  static std::size_t total_of(const std::map<std::string, std::size_t>& counts) {
    std::size_t total = 0;
    for (const auto& [type, count] : counts) total += count;
    return total;
  }

  testing_programs::Folder folder;
  const std::string path = folder.file("store.db");
};

TEST_P(OldStores, AreTakenToTheEndWithACleanAudit) {
  const auto before = counts();
  expect_success(call("load", GetParam().load));
  expect_success(call("audit"));
  const auto after = counts();
  EXPECT_GT(total_of(after), total_of(before)) << "it was left in the middle";
  {
    const auto store = lasagne::open("sqlite:" + path);
    for (const auto& processor : GetParam().processors) {
      const auto handler = processor.rfind('/') + 1;
      const auto unqualified =
          processor.substr(0, handler) + std::string(lasagne::last_part(processor.substr(handler)));
      EXPECT_GT(*store->checkpoint(processor), 0U) << processor;
      EXPECT_EQ(*store->checkpoint(unqualified), 0U) << unqualified;
    }
  }
  expect_success(call("load", GetParam().load));
  expect_success(call("audit"));
  EXPECT_EQ(counts(), after) << "what was done is done again";
}

const Arguments hotel_load{"--groups", "2", "--guests", "3", "--seed", "5", "--unsettled", "20", "--deadline", "1"};

Arguments hotel_of_style(const std::string& style) {
  Arguments load{"--style", style};
  load.insert(load.end(), hotel_load.begin(), hotel_load.end());
  return load;
}

INSTANTIATE_TEST_SUITE_P(
    Left, OldStores,
    ::testing::Values(Left{"shop.sql",
                           "shop",
                           {"--orders", "4", "--seed", "7", "--out-of-stock", "20", "--unpaid", "30", "--decline", "20",
                            "--payment-timeout", "1.5"},
                           {"orders/saga/shop.orders.OrderSaga", "payments/saga/shop.payments.PaymentDeadline",
                            "payments/effect/shop.payments.SimulatedGateway",
                            "shopping_carts/forwarder/shop.shopping_carts.ShoppingCartForwarder"}},
                      Left{"hotel_saga.sql", "hotel", hotel_of_style("saga"), {"hotel/saga/hotel.GroupCheckoutSaga"}},
                      Left{"hotel_choreography.sql",
                           "hotel",
                           hotel_of_style("choreography"),
                           {"hotel/subscription/hotel.CheckOutGuestsOfGroup",
                            "hotel/subscription/hotel.RecordGuestCheckouts"}},
                      Left{"hotel_process_manager.sql",
                           "hotel",
                           hotel_of_style("process-manager"),
                           {"hotel/process-manager/hotel.GroupCheckoutProcess"}}),
    [](const auto& left) { return left.param.file.substr(0, left.param.file.find('.')); });

}  // namespace old_stores_test
