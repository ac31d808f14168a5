#include "own_connection.hpp"

#include <utility>

namespace wasmqtt {

OwnConnection::OwnConnection(ConnectionOptions options) {
  using Journal = ConnectionOptions::Journal;
  if (options.journal == Journal::indexed_db)
    database_ = std::make_unique<IndexedDbStore>(IndexedDbOptions{.name = std::move(options.database)});
  if (options.journal == Journal::script) script_store_ = std::make_unique<ScriptStore>(options.id);
  SessionStore* store = database_ ? &database_->session() : script_store_.get();
  mqtt_.emplace(loop_, transport_, std::move(options.mqtt), store);
  if (!options.page) return;
  page_ = std::make_unique<PageLifeCycle>();
  page_->on_wake = page_->on_online = page_->on_offline = [this] { mqtt_->wake(); };
}

}  // namespace wasmqtt
