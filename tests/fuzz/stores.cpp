// Store URLs, and files that somebody damaged.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/targets.hpp"
#include "lasagne/store.hpp"

namespace fuzz {

using namespace lasagne;

namespace {

constexpr std::size_t most_read = 1000;  // a damaged file must not make this run for ever

class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "lasagne-fuzz-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no folder " + path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

template <class T>
bool clear(const Result<T>& result) {
  if (!result) must(result.error().message.size() > 10, "an error without words");
  return result.has_value();
}

NewMessage message(int number) {
  NewMessage made;
  made.id = Uuid::derive(Uuid{}, std::to_string(number));
  made.type = number % 2 == 0 ? "Even" : "Odd";
  made.data = R"({"number":)" + std::to_string(number) + "}";
  made.metadata.correlation_id = Uuid::derive(Uuid{}, "process" + std::to_string(number % 3));
  return made;
}

Commit commit_of(int number) {
  Commit commit;
  commit.appends.push_back({"A-" + std::to_string(number % 4), ExpectedRevision::any(), {message(number)}});
  commit.checkpoint = CheckpointMove{"p", static_cast<Position>(number), static_cast<Position>(number) + 1};
  Timer timer;
  timer.key = std::to_string(number % 5);
  timer.due = Timestamp{number};
  timer.stream = "A-1";
  timer.message = message(1000 + number);
  commit.timers_set.push_back(timer);
  ParkedMessage parked;
  parked.processor = "p";
  parked.position = static_cast<Position>(number) + 1;
  parked.key = "A-1";
  parked.error = "no";
  commit.parked_put.push_back(parked);
  return commit;
}

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A store of which every table and every limit has something, and its WAL, which was not copied into it yet.
struct Sound {
  std::string file;
  std::string wal;
};
const Sound& sound() {
  static const auto made = [] {
    const Folder folder;
    const auto path = folder.file("store.db");
    {
      const auto store = lasagne::open("sqlite:" + path);
      for (int number = 0; number < 24; ++number) must(clear(store->append(commit_of(number))), "append");
      const StreamLimits limits{.truncate_before = 1, .max_count = 4, .max_age = std::chrono::hours(1)};
      must(clear(store->set_stream_limits("A-0", limits)), "limits");
      must(clear(store->delete_stream("A-2", ExpectedRevision::any())), "delete");
      must(clear(store->tombstone_stream("A-3", ExpectedRevision::any())), "tombstone");
    }
    const auto store = lasagne::open("sqlite:" + path);
    for (int number = 24; number < 30; ++number) {
      auto commit = commit_of(number);
      commit.appends[0].stream = "B-" + std::to_string(number % 2);
      must(clear(store->append(commit)), "append");
    }
    return Sound{contents_of(path), contents_of(path + "-wal")};
  }();
  return made;
}

// Three bytes say where, one says how many, and so many are the new ones. Where is the file, and behind it the WAL.
void damage(std::string_view& plan, Sound& files) {
  const auto byte = [](char c) { return static_cast<std::size_t>(static_cast<unsigned char>(c)); };
  auto at = (byte(plan[0]) << 16 | byte(plan[1]) << 8 | byte(plan[2])) % (files.file.size() + files.wal.size());
  const auto count = std::min<std::size_t>(byte(plan[3]) % 32, plan.size() - 4);
  auto& bytes = at < files.file.size() ? files.file : files.wal;
  if (at >= files.file.size()) at -= files.file.size();
  if (count == 0) {
    bytes.resize(at);  // the rest is gone
  } else {
    for (std::size_t i = 0; i < count && at + i < bytes.size(); ++i) bytes[at + i] = plan[4 + i];
  }
  plan.remove_prefix(4 + count);
}

void read_everything(Store& store) {
  if (const auto log = store.read_all(0, {}, most_read); clear(log)) {
    Position before = 0;
    for (const auto& each : log->messages) {
      must(each->position > before, "positions go back");
      before = each->position;
    }
  }
  (void)clear(store.read_all(3, {{"Odd"}, {"A"}, {}}, most_read));
  for (const auto* name : {"A-0", "A-1", "A-2", "A-3", "B-0", "B-1", "C-0"}) {
    for (const auto direction : {Direction::forwards, Direction::backwards}) {
      const auto from = direction == Direction::forwards ? 0 : UINT64_MAX;
      if (const auto slice = store.read_stream(name, from, direction, most_read); clear(slice))
        must(slice->messages.size() <= most_read, "more than was asked for");
    }
    (void)clear(store.stream_limits(name));
  }
  for (int process = 0; process < 3; ++process)
    (void)clear(store.read_process(Uuid::derive(Uuid{}, "process" + std::to_string(process)), 0, most_read));
  (void)clear(store.checkpoint("p"));
  (void)clear(store.due_timers(Timestamp{INT64_MAX}, most_read));
  (void)clear(store.next_timer());
  (void)clear(store.parked("", 0, most_read));
  (void)clear(store.parked("p", 2, most_read));
}

void use(Store& store) {
  read_everything(store);
  for (int number = 100; number < 104; ++number) {
    Commit commit;
    commit.appends.push_back({"A-" + std::to_string(number % 4), ExpectedRevision::any(), {message(number)}});
    commit.appends.push_back({"B-" + std::to_string(number), ExpectedRevision::no_stream(), {message(number)}});
    (void)clear(store.append(commit, number % 2 == 0 ? Await::visible : Await::durable));
  }
  Commit fire;
  fire.timer_fired = Commit::Fire{"1", message(1001).id};
  fire.parked_removed.push_back({"p", 4});
  (void)clear(store.append(fire));
  (void)clear(store.set_stream_limits("A-1", {.truncate_before = 2, .max_count = 3, .max_age = std::chrono::hours(1)}));
  (void)clear(store.delete_stream("B-0", ExpectedRevision::any()));
  (void)clear(store.scavenge());
  read_everything(store);
}

}  // namespace

void store_url(std::string_view bytes) {
  for (const bool read_only : {true, false}) {
    const auto store = open_store(bytes, {.read_only = read_only, .create = false});
    if (clear(store)) must(bytes == "memory:", "a store was opened that nobody made");
  }
}

void damaged_file(std::string_view bytes) {
  static const Folder folder;
  const auto path = folder.file("store.db");
  auto files = sound();
  for (auto plan = bytes.substr(0, 4096); plan.size() >= 4;) {
    damage(plan, files);
    if (files.file.empty()) return;  // that is a file to be made, not a damaged one
  }
  for (const auto* beside : {"-shm", "-journal", "-writer"}) std::filesystem::remove(path + beside);
  std::ofstream{path, std::ios::binary} << files.file;
  std::ofstream{path + "-wal", std::ios::binary} << files.wal;
  for (const bool read_only : {true, false}) {
    const auto store = open_store("sqlite:" + path, {.read_only = read_only, .create = false});
    if (clear(store)) use(**store);
  }
}

}  // namespace fuzz
