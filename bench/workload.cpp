#include "workload.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "lasagne/json.hpp"
#include "lasagne/type_name.hpp"

namespace bench {

namespace {

constexpr std::uint64_t fill_messages = 5'000;  // a commit
constexpr std::int64_t first_time = 1'700'000'000'000'000;

lasagne::NewMessage payment_message(const lasagne::Uuid& account_id, std::uint64_t number) {
  return {numbered_id(number, "message"),
          lasagne::MessageKind::event,
          std::string(lasagne::type_name<PaymentReceived>),
          lasagne::to_json(payment(account_id, number)),
          {numbered_id(number, "process"), numbered_id(number, "cause"), {}}};
}

}  // namespace

void check(bool good, const lasagne::Error* error) {
  if (!good) throw std::runtime_error(error->message);
}

lasagne::Uuid numbered_id(std::uint64_t number, std::string_view purpose) {
  lasagne::Uuid cause;
  for (std::size_t i = 0; i < 6; ++i) cause.bytes[i] = static_cast<std::uint8_t>(number >> (8 * (5 - i)));
  return lasagne::Uuid::derive(cause, purpose);
}

PaymentReceived payment(const lasagne::Uuid& account_id, std::uint64_t number) {
  return {account_id, numbered_id(number, "payment"), lasagne::Money{100 + static_cast<std::int64_t>(number % 10'000)},
          "invoice " + std::to_string(1'000'000 + number),
          lasagne::Timestamp{first_time + static_cast<std::int64_t>(number)}};
}

std::string account_stream(const lasagne::Uuid& account_id) { return lasagne::stream_of<Account>(account_id); }

lasagne::Commit payment_commit(const lasagne::Uuid& account_id, std::uint64_t number,
                               lasagne::ExpectedRevision expected) {
  lasagne::Commit commit;
  commit.appends.push_back({account_stream(account_id), expected, {payment_message(account_id, number)}});
  return commit;
}

std::vector<RawRow> payment_rows(std::uint64_t count, std::uint64_t streams) {
  std::vector<RawRow> rows;
  rows.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto stream = i % streams;
    const auto account_id = numbered_id(stream, "account");
    const auto message = payment_message(account_id, i);
    const auto revision = static_cast<std::int64_t>(i / streams);
    rows.push_back({static_cast<std::int64_t>(i + 1), static_cast<std::int64_t>(stream + 1), revision, 1, 0, message.id,
                    message.metadata.correlation_id, message.metadata.causation_id,
                    first_time + static_cast<std::int64_t>(i),
                    revision == 0 ? account_stream(account_id) : std::string{}, message.data});
  }
  return rows;
}

void fill(lasagne::Store& store, std::uint64_t count, std::uint64_t streams, std::uint64_t a_stream) {
  const auto block = a_stream == UINT64_MAX ? count : streams * a_stream;
  const auto account_of = [&](std::uint64_t number) {
    return numbered_id(number / block * streams + number % block % streams, "account");
  };
  for (std::uint64_t from = 0; from < count; from += fill_messages) {
    std::map<std::string, std::vector<lasagne::NewMessage>> by_stream;
    for (auto i = from; i < std::min(count, from + fill_messages); ++i) {
      const auto account_id = account_of(i);
      by_stream[account_stream(account_id)].push_back(payment_message(account_id, i));
    }
    lasagne::Commit commit;
    for (auto& [stream, messages] : by_stream) {
      commit.appends.push_back({stream, lasagne::ExpectedRevision::any(), std::move(messages)});
    }
    value_of(store.append_taking(commit, lasagne::Await::visible));
    if ((from / fill_messages) % 4 == 3) value_of(store.flush(store.visible_position()));
  }
  value_of(store.flush(store.visible_position()));
}

}  // namespace bench
