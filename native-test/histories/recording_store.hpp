// A FileStore that tells the history when a batch goes to it and when it is there. What was accepted and delivered before `append`
// is in that batch or an earlier one; after its `written` a crash does not undo it.
#pragma once

#include <string>

#include "history.hpp"
#include "wasmqtt/native/file_store.hpp"

namespace histories {

class RecordingStore final : public wasmqtt::SessionStore {
 public:
  RecordingStore(boost::asio::io_context& context, const std::string& directory, History& history)
      : history_(history),
        files_(context, {.directory = directory, .durability = wasmqtt::FileStoreOptions::Durability::process_crash,
                         .compact_above = 64 * 1024}) {}

  void load(const std::string& client_id, Loaded loaded) override { files_.load(client_id, std::move(loaded)); }

  void append(wasmqtt::Bytes records, Written written) override {
    const std::string number = std::to_string(++batches_);
    history_.write("append", number);
    files_.append(records, [this, number, written = std::move(written)](bool ok, std::string_view problem) {
      history_.write(ok ? "written" : "not_written", number);
      written(ok, problem);
    });
  }

 private:
  History& history_;
  int batches_ = 0;
  wasmqtt::FileStore files_;
};

}  // namespace histories
