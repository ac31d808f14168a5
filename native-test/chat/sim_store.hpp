// One device's chat records, and what one tab has of them: each transaction is durable a little later, in order, unless the tab's
// process has died before.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "chat/chat_store.hpp"
#include "shared/process.hpp"

namespace chat::test {

class SimStore final : public ChatStore {
 public:
  SimStore(wasmqtt::chaos::Simulation& simulation, MemoryChatStore& device, std::shared_ptr<wasmqtt::test::Process> process,
           wasmqtt::Duration latency)
      : simulation_(simulation), device_(device), process_(std::move(process)), latency_(latency) {}

  void load(std::string_view prefix, Visit visit, Loaded loaded) override {
    transact([this, prefix = std::string(prefix), visit = std::move(visit), loaded = std::move(loaded)] {
      std::vector<Record> all;
      device_.load(prefix, [&](std::string_view key, std::string_view value) { all.push_back({std::string(key), std::string(value)}); },
                   [](bool, std::string_view) {});
      return [all = std::move(all), visit, loaded] {
        for (const Record& record : all) visit(record.key, record.value);
        loaded(true, {});
      };
    });
  }
  void put(std::span<const Record> records, Written written) override {
    transact([this, copy = std::vector<Record>(records.begin(), records.end()), written = std::move(written)] {
      device_.put(copy, {});
      return [written] {
        if (written) written(true, {});
      };
    });
  }
  void remove(std::string_view key) override {
    transact([this, key = std::string(key)] {
      device_.remove(key);
      return [] {};
    });
  }
  wasmqtt::SessionStore* session(const std::string& client_id, const std::string& broker) override {
    return device_.session(client_id, broker);
  }

 private:
  template <class Work>
  void transact(Work work) {
    simulation_.after(latency_, [process = process_, work = std::move(work)] {
      if (!process->dead()) process->run(work());
    });
  }

  wasmqtt::chaos::Simulation& simulation_;
  MemoryChatStore& device_;
  std::shared_ptr<wasmqtt::test::Process> process_;
  wasmqtt::Duration latency_;
};

}  // namespace chat::test
