#include "http_api.hpp"

#include <optional>
#include <string>
#include <vector>

#include "group_checkout/group_checkout.hpp"
#include "guest_stay_account/guest_stay_account.hpp"

namespace hotel {

namespace http = examples::http;

// What travels as JSON. Not in an unnamed namespace: clang reflects only types that have linkage.
namespace wire {

struct Amount {
  Money amount;
};

struct GroupCheckoutRequest {
  std::optional<Uuid> group_checkout_id;  // given by a client that may have to repeat the request
  Uuid clerk_id;
  std::vector<Uuid> guest_stay_ids;
};

struct GroupCheckoutCreated {
  Uuid group_checkout_id;
};

enum class GuestStatus : std::uint8_t { NotCheckedIn, CheckedIn, CheckedOut };

struct Guest {
  Uuid guest_stay_id;
  GuestStatus status{};
  Money balance;  // payments - charges
  std::optional<Uuid> group_checkout_id;
};

struct GuestOfGroup {
  Uuid guest_stay_id;
  GuestProgress progress{};
  std::optional<CheckoutFailureReason> reason;
};

struct GroupCheckout {
  Uuid group_checkout_id;
  GroupCheckoutStatus status{};
  std::uint32_t round = 0;
  std::size_t completed = 0;
  std::size_t failed = 0;
  std::size_t outstanding = 0;
  std::vector<GuestOfGroup> guests;
};

}  // namespace wire

namespace {

wire::Guest shown(const Uuid& id, const GuestStayAccount::State& state) {
  wire::Guest guest{id, wire::GuestStatus::NotCheckedIn, {}, {}};
  if (const auto* in = std::get_if<CheckedIn>(&state)) {
    guest.status = wire::GuestStatus::CheckedIn;
    guest.balance = in->balance;
  } else if (const auto* out = std::get_if<CheckedOut>(&state)) {
    guest.status = wire::GuestStatus::CheckedOut;
    guest.group_checkout_id = out->group_checkout_id;
  }
  return guest;
}

wire::GroupCheckout shown(const Uuid& id, const GroupCheckoutState& state) {
  wire::GroupCheckout group{id, state.status, state.round, 0, 0, 0, {}};
  for (const auto& guest_id : state.guest_stay_ids) {
    const auto& guest = state.guests.at(guest_id);
    group.guests.push_back({guest_id, guest.progress, guest.reason});
    switch (guest.progress) {
      case GuestProgress::Completed:
        ++group.completed;
        break;
      case GuestProgress::Failed:
        ++group.failed;
        break;
      case GuestProgress::Outstanding:
        ++group.outstanding;
        break;
    }
  }
  return group;
}

template <class D>
http::Reply read(lasagne::Runtime& runtime, const Uuid& id, const char* what) {
  const auto loaded = runtime.load<D>(id);
  if (!loaded) return http::problem_of(loaded.error());
  if (!loaded->etag) return http::not_found(std::string("there is no ") + what + " " + id.to_string());
  auto reply = http::Reply::json(shown(id, loaded->state));
  reply.etag(loaded->etag);
  return reply;
}

// A check-out that failed is recorded all the same, so it has an ETag; to the caller it is a refusal.
http::Reply answer_check_out(lasagne::Store& store, const http::Request& request,
                             const lasagne::ExecuteResult& result) {
  auto reply = http::answer(request, result);
  if (!result || !result->etag || result->events.empty()) return reply;
  const auto recorded = store.read_stream(result->stream, result->etag->revision, lasagne::Direction::forwards, 1);
  if (!recorded) return http::problem_of(recorded.error());
  const auto& event = *recorded->messages.at(0);
  if (!lasagne::names_type<GuestCheckoutFailed>(event.type)) return reply;
  const auto failed = lasagne::from_json<GuestCheckoutFailed>(event.data);
  if (!failed) return http::Problem{500, "Internal Server Error", failed.error().to_string(), {}};
  http::Problem problem{409, {}, {}, {}};
  switch (failed->reason) {
    using enum CheckoutFailureReason;
    case BalanceNotSettled:
      problem.title = "BalanceNotSettled";
      problem.detail = "charges and payments of the guest are not equal";
      break;
    case NotCheckedIn:
      problem.title = "NotCheckedIn";
      problem.detail = "the guest has not checked in";
      break;
    case AlreadyCheckedOut:
      problem.title = "AlreadyCheckedOut";
      problem.detail = "the guest has checked out";
      break;
  }
  http::Reply refusal(problem);
  for (auto& header : reply.headers) refusal.headers.push_back(std::move(header));
  return refusal;
}

template <class Command>
http::Reply record_amount(const HttpApi& api, const http::Request& request, const wire::Amount& body) {
  if (body.amount <= Money{0}) return http::bad_field("amount", "expected a positive number of minor units");
  return http::answer(request, http::execute(api.runtime, request, Command{request.id("id"), body.amount, api.now()}));
}

http::Reply initiate(const HttpApi& api, const http::Request& request, const wire::GroupCheckoutRequest& body) {
  const auto id = body.group_checkout_id.value_or(Uuid::generate());
  const auto now = api.now();
  const InitiateGroupCheckout command{id, body.clerk_id, body.guest_stay_ids, now, now + api.group_deadline};
  const auto result = http::execute(api.runtime, request, command);
  const bool created = result && !result->events.empty();
  auto reply = http::answer(request, result, created ? 201 : 200, lasagne::to_json(wire::GroupCheckoutCreated{id}));
  if (created) reply.header("Location", "/group-checkouts/" + id.to_string());
  return reply;
}

}  // namespace

void HttpApi::add_routes(http::Router& router) const {
  http::add_health(router, runtime);
  router.get("/guests/{id}", [this](const http::Request& request) {
    return read<GuestStayAccount>(runtime, request.id("id"), "guest");
  });
  router.post("/guests/{id}/check-in", [this](const http::Request& request) {
    return http::answer(request, http::execute(runtime, request, CheckInGuest{request.id("id"), now()}));
  });
  router.post<wire::Amount>("/guests/{id}/charges", [this](const http::Request& request, const wire::Amount& body) {
    return record_amount<RecordCharge>(*this, request, body);
  });
  router.post<wire::Amount>("/guests/{id}/payments", [this](const http::Request& request, const wire::Amount& body) {
    return record_amount<RecordPayment>(*this, request, body);
  });
  // Decided on the balance that the clerk has read out to the guest, hence If-Match.
  router.post(
      "/guests/{id}/check-out",
      [this](const http::Request& request) {
        const CheckOutGuest command{request.id("id"), std::nullopt, 0, now()};
        return answer_check_out(store, request, http::execute(runtime, request, command));
      },
      http::IfMatch::required);
  router.post<wire::GroupCheckoutRequest>("/group-checkouts",
                                          [this](const http::Request& request, const wire::GroupCheckoutRequest& body) {
                                            return initiate(*this, request, body);
                                          });
  router.get("/group-checkouts/{id}", [this](const http::Request& request) {
    return read<GroupCheckout>(runtime, request.id("id"), "group checkout");
  });
  router.post("/group-checkouts/{id}/rerun", [this](const http::Request& request) {
    const auto initiated_at = now();
    const RerunGroupCheckout command{request.id("id"), initiated_at, initiated_at + group_deadline};
    return http::answer(request, http::execute(runtime, request, command), 202);
  });
}

}  // namespace hotel
