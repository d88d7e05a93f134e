#include "shipments_module.hpp"
#include "shop_values.hpp"

namespace shop::shipments {
namespace {

using namespace values;

const PackageItem two_shoes{shoes, 2};
const PackageItem one_hat{hat, 1};
const PackageRequested requested{order, {two_shoes, one_hat}, noon};
const RecordStockTaken shoes_taken{order, shoes, later};
const RecordStockTaken hat_taken{order, hat, later};
const RecordStockShortage shoes_short{order, shoes, later};
const RecordStockShortage hat_short{order, hat, later};
const ProductWasPacked shoes_packed{order, shoes};
const ProductWasMissed shoes_missed{order, shoes};
const PackageWasSent sent{order, {two_shoes, one_hat}, later};
const ProductWasOutOfStock out_of_stock{order, {hat}, {two_shoes}, later};

TEST(Shipment, IsPackedOnce) {
  const SendPackage send{order, {two_shoes, one_hat}, noon};
  given<Shipment>().when(send).then(requested);
  given<Shipment>(requested).when(send).then_nothing();
  given<Shipment>(requested, shoes_packed, sent).when(send).then_nothing();
  given<Shipment>(requested, shoes_packed, out_of_stock).when(send).then_nothing();
}

TEST(Shipment, TakesEachProductOnce) {
  given<Shipment>()
      .when(SendPackage{order, {{shoes, 1}, {hat, 1}, {shoes, 1}}, noon})
      .then(PackageRequested{order, {two_shoes, one_hat}, noon});
}

TEST(Shipment, RefusesImpossiblePackages) {
  given<Shipment>().when(SendPackage{order, {}, noon}).then_rejected("InvalidPackage");
  given<Shipment>().when(SendPackage{order, {{shoes, 0}}, noon}).then_rejected("InvalidPackage");
  given<Shipment>().when(SendPackage{order, {{shoes, INT64_MAX}}, noon}).then_rejected("InvalidPackage");
  given<Shipment>()
      .when(SendPackage{order, {{shoes, 1'000'000'000}, {shoes, 1}}, noon})
      .then_rejected("InvalidPackage");
  std::vector<PackageItem> many;
  for (int i = 0; i < 101; ++i) many.push_back({id_of("product " + std::to_string(i)), 1});
  given<Shipment>().when(SendPackage{order, many, noon}).then_rejected("InvalidPackage");
}

TEST(Shipment, IsSentWhenAllProductsWereTaken) {
  given<Shipment>(requested).when(shoes_taken).then(shoes_packed);
  given<Shipment>(requested, shoes_packed).when(hat_taken).then(sent);
  given<Shipment>(PackageRequested{order, {two_shoes}, noon})
      .when(shoes_taken)
      .then(PackageWasSent{order, {two_shoes}, later});
}

TEST(Shipment, IsNotSentWhenAProductIsMissing) {
  given<Shipment>(requested, shoes_packed).when(hat_short).then(out_of_stock);
  given<Shipment>(requested, shoes_missed).when(hat_taken).then(ProductWasOutOfStock{order, {shoes}, {one_hat}, later});
  given<Shipment>(requested, shoes_missed).when(hat_short).then(ProductWasOutOfStock{order, {shoes, hat}, {}, later});
  given<Shipment>(requested).when(shoes_short).then(shoes_missed);
}

TEST(Shipment, HasOneOutcome) {
  for (const auto& closed :
       {given<Shipment>(requested, shoes_packed, sent), given<Shipment>(requested, shoes_packed, out_of_stock)}) {
    closed.when(shoes_taken).then_nothing();
    closed.when(hat_taken).then_nothing();
    closed.when(hat_short).then_nothing();
  }
}

TEST(Shipment, CountsAnAnswerOnce) {
  given<Shipment>(requested, shoes_packed).when(shoes_taken).then_nothing();
  given<Shipment>(requested, shoes_packed).when(shoes_short).then_nothing();
  given<Shipment>(requested).when(RecordStockTaken{order, id_of("other"), later}).then_nothing();
  given<Shipment>().when(shoes_taken).then_nothing();
}

TEST(ProductStock, IsSetTakenAndPutBack) {
  const StockWasSet five{shoes, 5, noon};
  given<ProductStock>().when(SetStock{shoes, 5, noon}).then(five);
  given<ProductStock>(five)
      .when(TakeStock{shoes, order, 5})
      .then(StockWasTaken{shoes, order, 5})
      .then_state([](auto& s) { return s.available == 0; });
  given<ProductStock>(five, StockWasTaken{shoes, order, 5})
      .when(PutBackStock{shoes, order, 5})
      .then(StockWasPutBack{shoes, order, 5})
      .then_state([](auto& s) { return s.available == 5; });
  given<ProductStock>(five, StockWasTaken{shoes, order, 2})
      .when(SetStock{shoes, 7, later})
      .then(StockWasSet{shoes, 7, later})
      .then_state([](auto& s) { return s.available == 7; });
}

TEST(ProductStock, GivesAllOrNothing) {
  given<ProductStock>().when(TakeStock{shoes, order, 1}).then(StockWasShort{shoes, order, 1, 0});
  given<ProductStock>(StockWasSet{shoes, 1, noon})
      .when(TakeStock{shoes, order, 2})
      .then(StockWasShort{shoes, order, 2, 1})
      .then_state([](auto& s) { return s.available == 1; });
}

TEST(ProductStock, RefusesImpossibleQuantities) {
  given<ProductStock>().when(SetStock{shoes, -1, noon}).then_rejected("InvalidQuantity");
  given<ProductStock>().when(SetStock{shoes, 1'000'000'000'001, noon}).then_rejected("InvalidQuantity");
  given<ProductStock>().when(SetStock{shoes, 0, noon}).then(StockWasSet{shoes, 0, noon});
  given<ProductStock>()
      .when(SetStock{shoes, 1'000'000'000'000, noon})
      .then(StockWasSet{shoes, 1'000'000'000'000, noon});
  for (const std::int64_t quantity : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, std::int64_t{1'000'000'001}}) {
    given<ProductStock>().when(TakeStock{shoes, order, quantity}).then_rejected("InvalidQuantity");
    given<ProductStock>().when(PutBackStock{shoes, order, quantity}).then_rejected("InvalidQuantity");
  }
}

TEST(ProductStock, IsPutBackUpToTheEndOfTheRange) {
  given<ProductStock>(StockWasSet{shoes, INT64_MAX - 1, noon})
      .when(PutBackStock{shoes, order, 1})
      .then(StockWasPutBack{shoes, order, 1})
      .then_state([](auto& s) { return s.available == INT64_MAX; });
  given<ProductStock>(StockWasSet{shoes, INT64_MAX, noon})
      .when(PutBackStock{shoes, order, 1})
      .then_rejected("StockOutOfRange");
}

TEST(ProductStock, ThatNoDeciderWroteIsNotFoldedIntoAWrongNumber) {
  const auto fold = [](const auto&... events) { (void)given<ProductStock>(events...); };
  EXPECT_THROW(fold(StockWasSet{shoes, INT64_MAX, noon}, StockWasPutBack{shoes, order, 1}), std::overflow_error);
  EXPECT_THROW(fold(StockWasSet{shoes, 1, noon}, StockWasTaken{shoes, order, INT64_MIN}), std::overflow_error);
}

TEST(PackingSaga, TakesEveryProduct) {
  given_saga<PackingSaga>().when(requested).then_commands(TakeStock{shoes, order, 2}, TakeStock{hat, order, 1});
}

TEST(PackingSaga, ReportsHowTheStockAnswered) {
  given_saga<PackingSaga>()
      .when(StockWasTaken{shoes, order, 2})
      .then_commands(RecordStockTaken{order, shoes, cause_time});
  given_saga<PackingSaga>()
      .when(StockWasShort{shoes, order, 2, 1})
      .then_commands(RecordStockShortage{order, shoes, cause_time});
}

TEST(PackingSaga, TakesAStockThatRefusesForOneThatIsShort) {
  const auto rejected = [](const auto& command) {
    using Command = std::decay_t<decltype(command)>;
    return lasagne::CommandRejected{"shipments",
                                    std::string(lasagne::type_name<Command>),
                                    id_of("command"),
                                    "target",
                                    "InvalidQuantity",
                                    "detail",
                                    lasagne::to_json(command)};
  };
  given_saga<PackingSaga>()
      .when(rejected(TakeStock{shoes, order, 0}))
      .then_commands(RecordStockShortage{order, shoes, cause_time});
  given_saga<PackingSaga>().when(rejected(PutBackStock{shoes, order, 0})).then_nothing();
}

TEST(PackingSaga, PutsBackWhatWasTakenInVain) {
  given_saga<PackingSaga>().when(out_of_stock).then_commands(PutBackStock{shoes, order, 2});
}

TEST(ShipmentForwarder, TellsTheOutcome) {
  given_forwarder<ShipmentForwarder>(requested, shoes_packed, sent)
      .when(sent)
      .then_published(ShipmentFinalized{order, {two_shoes, one_hat}, later});
  given_forwarder<ShipmentForwarder>(requested, shoes_packed, out_of_stock)
      .when(out_of_stock)
      .then_published(ShipmentFailed{order, {hat}, later});
}

}  // namespace
}  // namespace shop::shipments
