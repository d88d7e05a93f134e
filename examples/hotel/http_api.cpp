#include "http_api.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "group_checkout/group_checkout.hpp"
#include "guest_stay_account/guest_stay_account.hpp"

namespace hotel {

namespace {

namespace http = examples::http;

// What comes in.
struct AmountBody {
  Money amount;
};
struct GroupCheckoutBody {
  Uuid clerk_id;
  std::vector<Uuid> guest_stay_ids;
  std::optional<std::int64_t> deadline_seconds;
};
struct RerunBody {
  Uuid clerk_id;
  std::optional<std::int64_t> deadline_seconds;
};

// What goes out.
enum class GuestStatus : std::uint8_t { NotCheckedIn, CheckedIn, CheckedOut };
struct GuestIdView {
  Uuid guest_stay_id;
};
struct GuestView {
  Uuid guest_stay_id;
  GuestStatus status{};
  Money balance;
  std::optional<Uuid> group_checkout_id;
};
struct GroupIdView {
  Uuid group_checkout_id;
};
struct GuestInGroupView {
  Uuid guest_stay_id;
  GuestProgress progress{};
  std::optional<CheckoutFailureReason> reason;
};
struct GroupView {
  Uuid group_checkout_id;
  GroupCheckoutStatus status{};
  std::uint32_t round = 0;
  std::vector<GuestInGroupView> guests;
};
struct HealthView {
  std::string status;
};

GuestView view_of(const Uuid& id, const GuestStayAccount::State& state) {
  if (const auto* in = std::get_if<CheckedIn>(&state)) return {id, GuestStatus::CheckedIn, in->balance, {}};
  if (const auto* out = std::get_if<CheckedOut>(&state)) return {id, GuestStatus::CheckedOut, {}, out->group_checkout_id};
  return {id, GuestStatus::NotCheckedIn, {}, {}};
}

GroupView view_of(const Uuid& id, const GroupCheckoutState& state) {
  GroupView view{id, state.status, state.round, {}};
  for (const auto& guest : state.guest_stay_ids) {
    const auto& in_group = state.guests.at(guest);
    view.guests.push_back({guest, in_group.progress, in_group.reason});
  }
  return view;
}

// What is stored under the id, as a reply with its ETag; 404 if there is nothing.
template <class Decider>
http::Reply read(lasagne::Runtime& runtime, const Uuid& id, std::string_view what) {
  const auto loaded = runtime.load<Decider>(id);
  if (!loaded) return http::problem_of(loaded.error());
  if (!loaded->etag) return http::not_found("there is no such " + std::string(what));
  return http::Reply::json(view_of(id, loaded->state)).etag(loaded->etag);
}

std::expected<lasagne::Duration, http::Problem> time_given(const std::optional<std::int64_t>& seconds) {
  const auto count = seconds.value_or(HttpLimits::default_deadline_seconds);
  if (count < 1 || count > HttpLimits::longest_deadline_seconds) {
    return std::unexpected(http::bad_field(
        "deadline_seconds", "expected 1 to " + std::to_string(HttpLimits::longest_deadline_seconds)));
  }
  return std::chrono::seconds(count);
}

std::string_view in_words(CheckoutFailureReason reason) {
  switch (reason) {
    case CheckoutFailureReason::BalanceNotSettled: return "the balance is not settled";
    case CheckoutFailureReason::NotCheckedIn: return "the guest has not checked in";
    case CheckoutFailureReason::AlreadyCheckedOut: return "the guest has checked out";
  }
  return "the check-out failed";
}

}  // namespace

void HttpApi::add_routes(http::Router& router) {
  add_guest_routes(router);
  add_group_routes(router);
  router.get("/health", [](const http::Request&) { return http::Reply::json(HealthView{"ok"}); });
}

void HttpApi::add_guest_routes(http::Router& router) {
  router.get("/guests/{guest_stay_id}", [this](const http::Request& request) {
    return read<GuestStayAccount>(runtime, request.id("guest_stay_id"), "guest stay");
  });
  router.post("/guests/{guest_stay_id}/check-in", [this](const http::Request& request) {
    const CheckInGuest command{request.id("guest_stay_id"), clock()};
    auto reply = http::answer(request, runtime.execute(command, request.options()), 201,
                              lasagne::to_json(GuestIdView{command.guest_stay_id}));
    if (reply.status == 201) reply.header("Location", "/guests/" + command.guest_stay_id.to_string());
    return reply;
  });
  router.post<AmountBody>("/guests/{guest_stay_id}/charges", [this](const http::Request& request, const AmountBody& body) {
    const RecordCharge command{request.id("guest_stay_id"), body.amount, clock()};
    return http::answer(request, runtime.execute(command, request.options()));
  });
  router.post<AmountBody>("/guests/{guest_stay_id}/payments", [this](const http::Request& request, const AmountBody& body) {
    const RecordPayment command{request.id("guest_stay_id"), body.amount, clock()};
    return http::answer(request, runtime.execute(command, request.options()));
  });
  router.post(
      "/guests/{guest_stay_id}/check-out", [this](const http::Request& request) { return check_out(request); },
      http::IfMatch::required);
}

// A check-out that failed is an event, not a rejection, so the answer is read from what was recorded.
http::Reply HttpApi::check_out(const http::Request& request) {
  const CheckOutGuest command{request.id("guest_stay_id"), {}, 0, clock()};
  const auto result = runtime.execute(command, request.options());
  auto reply = http::answer(request, result);
  if (!result || result->events == 0 || !result->etag) return reply;
  const auto slice = store.read_stream(result->stream, result->etag->revision, lasagne::Direction::forwards, 1);
  if (!slice) return http::problem_of(slice.error());
  if (slice->messages.empty() || slice->messages.front()->type != lasagne::type_name<GuestCheckoutFailed>) return reply;
  const auto failed = lasagne::from_json<GuestCheckoutFailed>(slice->messages.front()->data);
  if (!failed) return http::Problem{500, "Internal Server Error", failed.error().to_string(), {}};
  const std::string_view name = lasagne::to_json(failed->reason);
  http::Reply refused = http::Problem{409, std::string(name.substr(1, name.size() - 2)), std::string(in_words(failed->reason)), {}};
  return refused.etag(result->etag);
}

void HttpApi::add_group_routes(http::Router& router) {
  router.post<GroupCheckoutBody>(
      "/group-checkouts", [this](const http::Request& request, const GroupCheckoutBody& body) -> http::Reply {
        const auto time = time_given(body.deadline_seconds);
        if (!time) return time.error();
        const auto id = Uuid::generate();
        const auto now = clock();
        auto options = request.options();
        options.expected = lasagne::ExpectedRevision::no_stream();
        options.correlation_id = id;  // the whole process is found by the id that the client knows
        const InitiateGroupCheckout command{id, body.clerk_id, body.guest_stay_ids, now, now + *time};
        auto reply =
            http::answer(request, runtime.execute(command, options), 201, lasagne::to_json(GroupIdView{id}));
        if (reply.status == 201) reply.header("Location", "/group-checkouts/" + id.to_string());
        return reply;
      });
  router.get("/group-checkouts/{group_checkout_id}", [this](const http::Request& request) {
    return read<GroupCheckout>(runtime, request.id("group_checkout_id"), "group checkout");
  });
  router.post<RerunBody>(
      "/group-checkouts/{group_checkout_id}/rerun",
      [this](const http::Request& request, const RerunBody& body) -> http::Reply {
        const auto time = time_given(body.deadline_seconds);
        if (!time) return time.error();
        const auto now = clock();
        const RerunGroupCheckout command{request.id("group_checkout_id"), body.clerk_id, now, now + *time};
        return http::answer(request, runtime.execute(command, request.options()), 202,
                            lasagne::to_json(GroupIdView{command.group_checkout_id}));
      });
}

}  // namespace hotel
