// A file as SQL sees it and as a store reads it.
#pragma once

#include <fstream>
#include <limits>
#include <set>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "store/log/backing.hpp"

namespace lasagne::detail {

inline void run_sql(const std::string& path, const std::string& text) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(handle, text.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle) << "\n"
                                                                                      << text;
  sqlite3_close(handle);
}

// The rows of a query, a line each.
inline std::string query(const std::string& path, const std::string& text) {
  sqlite3* handle = nullptr;
  EXPECT_EQ(sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
  std::string rows;
  const auto add = [](void* out, int columns, char** values, char**) {
    for (int i = 0; i < columns; ++i) {
      if (i > 0) *static_cast<std::string*>(out) += '|';
      *static_cast<std::string*>(out) += values[i] == nullptr ? "" : values[i];
    }
    *static_cast<std::string*>(out) += '\n';
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(handle, text.c_str(), add, &rows, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
  sqlite3_close(handle);
  return rows;
}

inline std::string schema_of(const std::string& path) {
  return query(path, "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name");
}

inline std::string golden(const std::string& name) {
  std::ifstream in(LASAGNE_SOURCE_DIR "/tests/store/" + name);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline std::string tell(const Message& message) {
  return fmt::format("{} {}@{} {} {} {} {} {} {} {} {}\n", message.position, message.stream, message.revision,
                     message.id.to_string(), static_cast<int>(message.kind), message.type,
                     message.recorded_at.microseconds, message.metadata.correlation_id.to_string(),
                     message.metadata.causation_id.to_string(), message.metadata.traceparent, message.data);
}

inline std::string tell(const Result<std::vector<MessagePtr>>& messages) {
  EXPECT_TRUE(messages) << messages.error().message;
  std::string text;
  if (messages) {
    for (const auto& message : *messages) text += tell(*message);
  }
  return text;
}

// All that a backing reads, each message in every way it can be read.
inline std::string tell(Backing& backing) {
  constexpr std::size_t all = 1'000'000;
  const auto opened = backing.load();
  EXPECT_TRUE(opened) << opened.error().message;
  if (!opened) return {};
  std::string text = fmt::format("end {} {} {}\n", opened->last_position, opened->last_recorded_at.microseconds,
                                 opened->last_stream_id);
  for (const auto& [processor, position] : opened->checkpoints) text += fmt::format("{} {}\n", processor, position);
  const auto log = backing.read_all(0, opened->last_position, {}, all);
  EXPECT_TRUE(log) << log.error().message;
  if (!log) return {};
  text += tell(Result<std::vector<MessagePtr>>(log->messages));
  std::set<std::string> streams;
  std::set<Uuid> processes;
  for (const auto& message : log->messages) {
    streams.insert(message->stream);
    processes.insert(message->metadata.correlation_id);
  }
  for (const auto& name : streams) {
    const auto row = backing.find_stream(name);
    EXPECT_TRUE(row && *row);
    if (!row || !*row) continue;
    const auto head = (*row)->head.value_or(0);
    text += fmt::format("{} {} {} {}\n", name, (*row)->id, head, (*row)->first_readable);
    for (const auto direction : {Direction::forwards, Direction::backwards}) {
      text += tell(backing.read_stream(**row, 0, head, direction, all));
      text += tell(backing.read_stream(**row, head / 3, head / 2, direction, 7));
    }
  }
  for (const auto& process : processes) {
    text += tell(backing.read_process(process, 0, all));
    text += tell(backing.read_process(process, opened->last_position / 2, 5));
  }
  const auto timers = backing.due_timers(Timestamp{std::numeric_limits<std::int64_t>::max()}, all);
  EXPECT_TRUE(timers);
  for (const auto& timer : *timers)
    text += fmt::format("{} {} {}\n", timer.key, timer.due.microseconds, timer.message.data);
  const auto parked = backing.parked("", 0, all);
  EXPECT_TRUE(parked);
  for (const auto& entry : *parked) text += fmt::format("{} {} {}\n", entry.processor, entry.position, entry.error);
  return text;
}

}  // namespace lasagne::detail
