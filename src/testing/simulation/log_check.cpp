#include "testing/simulation/log_check.hpp"

#include <unordered_map>

namespace lasagne::testing::detail {

namespace {

constexpr std::size_t page = 1000;

class Checker {
 public:
  explicit Checker(std::set<Uuid> again) : again_(std::move(again)) {}
  void see(const Message& message) {
    const auto at = message.type + " at position " + std::to_string(message.position);
    if (message.position != position_ + 1) problem(at + " follows position " + std::to_string(position_));
    if (message.recorded_at < recorded_at_) problem(at + " was recorded earlier than the one before it");
    if (again_.contains(message.metadata.causation_id)) again_.insert(message.id);
    if (!processes_.emplace(message.id, message.metadata.correlation_id).second && !again_.contains(message.id))
      problem(at + " has the id of another message");
    const auto [revision, first] = revisions_.emplace(message.stream, message.revision);
    if (first ? message.revision != 0 : message.revision != revision->second + 1) {
      problem(at + " has revision " + std::to_string(message.revision) + " out of turn in " + message.stream);
    }
    const auto& cause = message.metadata.causation_id;
    if (!cause.is_nil()) {
      const auto process = processes_.find(cause);
      if (process == processes_.end()) {
        problem(at + " stands before its cause, or without it");
      } else if (process->second != message.metadata.correlation_id && !again_.contains(cause)) {
        problem(at + " is of another process than its cause");
      }
    }
    position_ = message.position;
    recorded_at_ = message.recorded_at;
    revision->second = message.revision;
    digest_ = Uuid::derive(digest_, message.stream + message.type + message.data + message.id.to_string() +
                                        message.recorded_at.to_string() + metadata_to_json(message.metadata));
  }
  LogCheck finish() { return {std::move(problems_), digest_.to_string()}; }

 private:
  void problem(std::string text) { problems_.push_back(std::move(text)); }

  Position position_ = 0;
  Timestamp recorded_at_;
  std::set<Uuid>
      again_;  // ids that may stand in the log more than once: of commands that came again, and what they caused
  std::unordered_map<Uuid, Uuid> processes_;  // of the messages, by their ids
  std::unordered_map<std::string, Revision> revisions_;
  Uuid digest_;
  std::vector<std::string> problems_;
};

}  // namespace

LogCheck check_log(Store& store, std::set<Uuid> again) {
  Checker checker(std::move(again));
  for (Position after = 0;;) {
    const auto slice = store.read_all(after, {}, page);
    if (!slice || slice->scanned_to == after) break;
    for (const auto& message : slice->messages) checker.see(*message);
    after = slice->scanned_to;
  }
  return checker.finish();
}

}  // namespace lasagne::testing::detail
