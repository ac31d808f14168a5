// The SessionStore of a native program: one append-only journal file per client id.
//
//   wasmqtt::FileStore store(context, {.directory = "/var/lib/my-worker"});
//   wasmqtt::MqttClient mqtt(loop, transport, options, &store);
//
// A thread of its own writes and syncs, so that a slow disk does not hold up the connection; batches that come while
// it is busy go to the disk together. Callbacks come from the io_context, in order.
//
// What it withstands: the process killed at any moment; a power cut, when the disk keeps what it has confirmed
// (Durability::power_cut). A batch that was being written then was not reported as written, and is removed when the file
// is read. Damage is something else: a wrong or missing byte in what was reported as written, wherever it is. load() says
// so, with the place, hands out nothing and changes nothing: of records with a gap in them some would mean something
// else. Whoever wants to begin a new session moves the file away. A second process that wants the same session is
// refused (flock), for two writers would destroy it. Disk full, no permission, and the like are reported with
// ok = false and a sentence; after the first failed write nothing more is written, and what the file holds stays as it
// was before it.
//
// Files: <name>.journal and <name>.lock, mode 0600, where <name> is the client id with everything but letters, digits,
// '-', '_' and '.' percent-encoded. They hold message contents; they never hold passwords. Format version 2. A file of
// version 1 is read and replaced by one of version 2, which older programs refuse; a file of a later version is refused
// and left as it is.
#pragma once

#include <memory>
#include <string>

#include "wasmqtt/session_store.hpp"

namespace boost::asio {
class io_context;
}

namespace wasmqtt {

struct FileStoreOptions {
  enum class Durability : std::uint8_t {
    power_cut,      // fdatasync before a batch counts as written
    // The kernel has it: much faster. If the machine goes down, batches are lost, and the file may count as damaged.
    process_crash,
  };

  std::string directory{};  // made when it is missing
  Durability durability = Durability::power_cut;
  // A file is rewritten with what is still alive when it is larger than this, and than four times what was left the
  // last time.
  std::size_t compact_above = 4 * 1024 * 1024;
};

class FileStore final : public SessionStore {
 public:
  // `context` outlives the store.
  FileStore(boost::asio::io_context& context, FileStoreOptions options);
  // Waits until everything that append() took is on the disk; calls nothing back any more.
  ~FileStore() override;
  FileStore(const FileStore&) = delete;
  FileStore& operator=(const FileStore&) = delete;

  // Reads the file, and calls back before it returns. Again: for another session, or for the same one anew.
  void load(const std::string& client_id, Loaded loaded) override;
  void append(Bytes records, Written written) override;

  // The journal's file name for a client id, without its directory.
  static std::string file_name(const std::string& client_id);

 private:
  class Writer;
  std::shared_ptr<Writer> writer_;
};

}  // namespace wasmqtt
