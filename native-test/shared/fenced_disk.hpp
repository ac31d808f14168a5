// Storage that outlives tabs, and a leader's access to it: what is written is durable a little later, in order, unless the process died
// before or another leads.
#pragma once

#include <deque>
#include <string>

#include "process.hpp"
#include "wasmqtt/encode.hpp"
#include "wasmqtt/shared/fenced_store.hpp"

namespace wasmqtt::test {

struct Disk {
  std::uint64_t epoch = 0;
  ByteBuffer records;
  std::size_t refused = 0;   // transactions of older epochs
  bool fenced = true;        // false: a store that forgot to compare
};

class DiskStore final : public FencedStore {
 public:
  DiskStore(chaos::Simulation& simulation, Disk& disk, std::shared_ptr<Process> process, Duration latency)
      : simulation_(simulation), disk_(disk), process_(std::move(process)), latency_(latency) {}

  void lead(const std::string&, Led led) override {
    transact([this, led = std::move(led)] {
      epoch_ = ++disk_.epoch;
      return [epoch = epoch_, led] { led(true, epoch, {}); };
    });
  }
  void confirm(Confirmed confirmed) override {
    transact([this, confirmed = std::move(confirmed)] {
      const bool leads = allowed();
      return [confirmed, leads] { confirmed(leads); };
    });
  }
  void load(const std::string&, Loaded loaded) override {
    transact([this, loaded = std::move(loaded)] {
      const bool ok = allowed();
      return [this, loaded, ok, records = disk_.records] {
        superseded_ = superseded_ || !ok;
        loaded(ok, ok ? Bytes(records) : Bytes{}, "another tab leads");
      };
    });
  }
  void append(Bytes records, Written written) override {
    transact([this, written = std::move(written), copy = ByteBuffer(records.begin(), records.end())] {
      const bool ok = allowed();
      if (ok) disk_.records.insert(disk_.records.end(), copy.begin(), copy.end());
      return [this, written, ok] {
        superseded_ = superseded_ || !ok;
        written(ok, "another tab leads");
      };
    });
  }
  bool superseded() const override { return superseded_; }

 private:
  bool allowed() {
    const bool ok = !disk_.fenced || epoch_ == disk_.epoch;
    if (!ok) ++disk_.refused;
    return ok;
  }
  // The transaction is the browser's: it goes on while the process is frozen, and is lost when it dies.
  template <class Work>
  void transact(Work work) {
    const std::weak_ptr<bool> alive = alive_;
    const auto commit = [process = process_, alive, work = std::move(work)] {
      if (process->dead() || alive.expired()) return;
      auto told = work();
      process->run([alive, told = std::move(told)] {
        if (!alive.expired()) told();
      });
    };
    if (latency_ == Duration{}) commit();
    else simulation_.after(latency_, commit);
  }

  chaos::Simulation& simulation_;
  Disk& disk_;
  std::shared_ptr<Process> process_;
  Duration latency_;
  std::uint64_t epoch_ = 0;
  bool superseded_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace wasmqtt::test
