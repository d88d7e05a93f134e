// Whatever is answered with success is in the log: under overload, when the server is stopped, when it is killed, and
// when its disk is full.
#include <sys/resource.h>

#include <csignal>
#include <set>

#include "common/http.hpp"
#include "concurrent_clients.hpp"
#include "http_program.hpp"
#include "lasagne/store.hpp"
#include "lasagne/uuid.hpp"

namespace http_test {
namespace {

using examples::http::Bounds;
using lasagne::Uuid;

struct System {
  std::string program;
  std::string category;
  // A write that makes the stream of this id, or of one that the answer tells.
  std::string (*request)(const Uuid& id);
  std::string (*created)(const Uuid& id, const ClientAnswer& answer);
};

std::string post(const std::string& path, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

const System shop{"shop", "ShoppingCart",
                  [](const Uuid& id) { return post("/carts", R"({"client_id":")" + id.to_string() + "\"}"); },
                  [](const Uuid&, const ClientAnswer& answer) { return json_member(answer.body, "cart_id"); }};
const System hotel{"hotel", "GuestStayAccount",
                   [](const Uuid& id) { return post("/guests/" + id.to_string() + "/check-in", ""); },
                   [](const Uuid& id, const ClientAnswer&) { return id.to_string(); }};

enum class End { by_stop, by_stop_under_load, by_kill_under_load, by_full_disk_under_load };

// From now on the program can write to the first page of a file only.
void fill_disk(pid_t program) {
  const rlimit full{4096, 4096};
  ASSERT_EQ(::prlimit(program, RLIMIT_FSIZE, &full, nullptr), 0);
}

constexpr std::size_t kills = 10;

struct Case {
  const char* name;
  const System& system;
  End end;
};
void PrintTo(const Case& value, std::ostream* out) { *out << value.name; }

class Acknowledged : public ::testing::TestWithParam<Case> {
 protected:
  Acknowledged() { std::signal(SIGXFSZ, SIG_IGN); }  // also of the programs: a write past the limit fails
  [[nodiscard]] std::vector<std::string> arguments() const {
    return {"serve", "--store", "sqlite:" + directory_.file("store.db"), "--listen", "127.0.0.1:0"};
  }
  // How often each stream of the category was begun.
  std::map<std::string, int> begun() const {
    lasagne::OpenOptions options;
    options.read_only = true;
    const auto store = lasagne::open_store("sqlite:" + directory_.file("store.db"), options).value();
    lasagne::Filter filter;
    filter.categories = {GetParam().system.category};
    std::map<std::string, int> streams;
    for (lasagne::Position after = 0; after < store->visible_position();) {
      const auto slice = store->read_all(after, filter, 1000).value();
      for (const auto& message : slice.messages) {
        if (message->revision == 0) ++streams[message->stream.substr(message->stream.find('-') + 1)];
      }
      after = slice.scanned_to;
    }
    return streams;
  }

  // Acknowledgements after which the end may come.
  [[nodiscard]] static std::size_t enough() { return GetParam().end == End::by_kill_under_load ? 20 : 300; }

  // One life of the server: under more load than it can take, until it has answered so many, and has told others to
  // come again.
  void serve_and_end(std::size_t round) {
    const auto& [name, system, end] = GetParam();
    constexpr std::size_t plenty = 1'000'000;  // ends with the server
    const auto id_of = [&](std::size_t number) { return Uuid::derive({}, std::to_string(round * plenty + number)); };
    Program program(system.program, arguments());
    std::size_t unanswered = 0;
    std::size_t here = 0;
    std::size_t refused = 0;
    const auto saw_enough = [&] { return here >= enough() && refused > 0; };
    bool ended = false;
    {
      ConcurrentClients clients(program.port(), Bounds::connections - 1);
      const auto ask = [&](std::size_t number) { return system.request(id_of(number)); };
      const auto take = [&](std::size_t number, const ClientAnswer& answer) {
        ++answers_[answer.status];
        if (answer.status == 0) ++unanswered;
        if (answer.status == 503) ++refused;
        if (answer.status >= 200 && answer.status < 300) {
          EXPECT_NE(answer.head.find("ETag: \"0\""), std::string::npos) << answer.head;
          EXPECT_TRUE(acknowledged_.insert(system.created(id_of(number), answer)).second);
          times_.push_back(answer.time);
          ++here;
        }
        if (ended || !saw_enough()) return;
        ended = true;
        if (end == End::by_stop_under_load) program.signal(SIGTERM);
        if (end == End::by_kill_under_load) program.signal(SIGKILL);
        if (end == End::by_full_disk_under_load) fill_disk(program.pid());
      };
      constexpr int most_runs = 100;
      for (int runs = 0; runs == 0 || (end == End::by_stop && !saw_enough() && runs < most_runs); ++runs) {
        clients.run(end == End::by_stop ? 2000 : plenty, ask, take);
      }
    }
    EXPECT_TRUE(end != End::by_stop || unanswered == 0) << unanswered << " got no answer";
    EXPECT_TRUE(end != End::by_kill_under_load || unanswered > 0) << "that was no load";
    if (end == End::by_full_disk_under_load) {
      EXPECT_EQ(program.wait(), 2) << "it ends by itself, and says that it failed";
    } else {
      EXPECT_EQ(program.stop(), end == End::by_kill_under_load ? -1 : 0);
    }
  }

  TemporaryDirectory directory_;
  std::set<std::string> acknowledged_;
  std::map<int, std::size_t> answers_;
  std::vector<std::chrono::steady_clock::duration> times_;
};

TEST_P(Acknowledged, IsInTheLog) {
  const auto& [name, system, end] = GetParam();
  const std::size_t rounds = end == End::by_kill_under_load ? kills : 1;
  for (std::size_t round = 0; round < rounds; ++round) serve_and_end(round);
  const auto& all = acknowledged_;
  ASSERT_GE(all.size(), rounds * enough());
  const auto recorded = begun();
  for (const auto& id : all) {
    const auto found = recorded.find(id);
    ASSERT_NE(found, recorded.end()) << id << " was acknowledged and is lost";
    EXPECT_EQ(found->second, 1);
  }
  EXPECT_GT(answers_[503], 0u) << "that was no overload";
  if (end == End::by_stop || end == End::by_stop_under_load) {
    EXPECT_EQ(recorded.size(), all.size()) << "handled for somebody who was not told";
  }
  std::ranges::sort(times_);
  const auto ms = [&](std::size_t percent) {
    return std::chrono::duration<double, std::milli>(times_[times_.size() * percent / 100]).count();
  };
  std::printf(
      "%s: %zu acknowledged, %zu told to come again, %zu without an answer, %zu recorded; admitted ones took "
      "%.1f ms at the median, %.1f ms at the 99th percentile\n",
      name, all.size(), answers_[503], answers_[0], recorded.size(), ms(50), ms(99));
  Program again(system.program, arguments());  // goes on where it was
  EXPECT_EQ(again.stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(UnderOverload, Acknowledged,
                         ::testing::Values(Case{"ShopToTheEnd", shop, End::by_stop},
                                           Case{"ShopStopped", shop, End::by_stop_under_load},
                                           Case{"ShopKilled", shop, End::by_kill_under_load},
                                           Case{"ShopOnAFullDisk", shop, End::by_full_disk_under_load},
                                           Case{"HotelToTheEnd", hotel, End::by_stop},
                                           Case{"HotelStopped", hotel, End::by_stop_under_load},
                                           Case{"HotelKilled", hotel, End::by_kill_under_load},
                                           Case{"HotelOnAFullDisk", hotel, End::by_full_disk_under_load}),
                         [](const auto& parameters) { return std::string(parameters.param.name); });

}  // namespace
}  // namespace http_test
