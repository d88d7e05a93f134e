// A program without a database, and with a store of its own.
#include <cstdio>
#include <string>
#include <vector>

#include <lasagne/forwarding_store.hpp>
#include <lasagne/store_scheme.hpp>

namespace {

using lasagne::Await, lasagne::Commit, lasagne::Committed, lasagne::ErrorCode, lasagne::Result;

int appends = 0;

class Counted final : public lasagne::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<Committed> append(const Commit& commit, Await await) override {
    ++appends;
    return ForwardingStore::append(commit, await);
  }
};

Result<std::unique_ptr<lasagne::Store>> open_counted(std::string_view url, const lasagne::OpenOptions& options) {
  auto real = lasagne::open_store(url.substr(url.find(':') + 1), options);
  if (!real) return real;
  return std::make_unique<Counted>(*std::move(real));
}

int failures = 0;
void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  ++failures;
}

}  // namespace

int main() {
  expect(lasagne::store_schemes() == std::vector<std::string>{"memory"}, "core alone knows memory: only");
  const auto sqlite = lasagne::open_store("sqlite:shop.db");
  expect(!sqlite && sqlite.error().code == ErrorCode::invalid, "sqlite: is refused");
  expect(!sqlite && sqlite.error().message.contains("lasagne::sqlite"), "the error names what to link");

  expect(lasagne::register_store_scheme("counted", open_counted).has_value(), "a scheme of the program's own");
  const auto store = lasagne::open("counted:memory:");
  lasagne::NewMessage message;
  message.id = lasagne::Uuid::generate();
  message.type = "Happened";
  message.data = "{}";
  expect(store->append({.appends = {{"stream", lasagne::ExpectedRevision::any(), {message}}}}).has_value(), "appended");
  expect(appends == 1, "the append went through the program's own store");
  return failures;
}
