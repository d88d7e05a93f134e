// The hotel's routes, without a socket.
#include <memory>

#include "fuzz/requests.hpp"
#include "fuzz/targets.hpp"
#include "hotel.hpp"
#include "http_api.hpp"
#include "lasagne/store.hpp"

namespace fuzz {

void hotel_requests(std::string_view bytes) {
  const auto store = lasagne::open("memory:");
  lasagne::Runtime runtime(*store, {hotel::hotel_module(hotel::Style::saga)});
  const hotel::HttpApi api{runtime, *store, [] { return lasagne::Timestamp{1'700'000'000'000'000}; },
                           std::chrono::hours(1)};
  examples::http::Router router;
  api.add_routes(router);
  give_requests(bytes, router);
  (void)runtime.run_until_idle();
}

}  // namespace fuzz
