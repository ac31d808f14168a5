// The topics that packets were published to, as a tree, with what is known to be retained: as this client has seen it, sent or
// received. Bounded.
//
//   TopicTree tree;
//   tree.update(trace);                                    // each frame; looks at new packets only
//   for (const TopicTree::Row& row : tree.rows()) ...
#pragma once

#include <map>
#include <string>
#include <vector>

#include "wasmqtt/trace.hpp"

namespace chat {

class TopicTree {
 public:
  static constexpr std::size_t most_topics = 1000;

  struct Row {
    std::size_t depth;     // 0: the first level
    std::string level;     // "status"
    std::string topic;     // "chat/status"
    std::uint64_t messages;
    std::string last;      // the payload of the last one, shortened
    std::string retained;  // that of the last one with the retain flag; empty: none, or taken back
  };

  // Follows what the trace has gained since the last call; what it has dropped stays counted. Another trace begins anew.
  void update(const wasmqtt::PacketTrace& trace);
  // In the order of the topics; a level stands before what is below it.
  const std::vector<Row>& rows() const { return rows_; }
  // Topics beyond most_topics that are not shown.
  std::uint64_t left_out() const { return left_out_; }

 private:
  struct Topic {
    std::uint64_t messages = 0;
    std::string last, retained;
  };
  // A level's end comes before every letter, so that what is below it follows it.
  struct ByLevels {
    bool operator()(const std::string& a, const std::string& b) const;
  };
  void take(const wasmqtt::PacketTrace& trace, const wasmqtt::TraceEntry& entry);
  void make_rows();

  std::map<std::string, Topic, ByLevels> topics_;
  std::vector<Row> rows_;
  std::uint64_t next_ = 1;
  std::uint64_t left_out_ = 0;
};

}  // namespace chat
