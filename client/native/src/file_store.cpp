#include "wasmqtt/native/file_store.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "journal_file.hpp"

namespace wasmqtt {

namespace asio = boost::asio;

class FileStore::Writer : public std::enable_shared_from_this<Writer> {
 public:
  Writer(asio::io_context& context, FileStoreOptions options) : context_(context), options_(std::move(options)) {}

  void load(const std::string& client_id, const Loaded& loaded) {
    stop();
    std::vector<std::uint8_t> records;
    auto problem = file_.open(options_, client_id, records);
    start();
    loaded(problem.empty(), records, problem);
  }

  void append(Bytes records, Written written) {
    {
      std::lock_guard lock(mutex_);
      waiting_.insert(waiting_.end(), records.begin(), records.end());
      callbacks_.push_back(std::move(written));
      if (!work_) work_.emplace(context_.get_executor());
    }
    // A store that was never loaded writes nowhere, and says so from the io_context like any other.
    if (thread_.joinable()) {
      something_to_do_.notify_one();
    } else {
      start();
    }
  }

  // Ends the thread when all is written.
  void stop() {
    if (!thread_.joinable()) return;
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    something_to_do_.notify_one();
    thread_.join();
    stopping_ = false;
    file_.close();
  }

 private:
  // `context_` has work as long as callbacks are due, so that a run() that is about to end waits for them.
  using Work = asio::executor_work_guard<asio::io_context::executor_type>;

  void start() { thread_ = std::thread([this] { run(); }); }

  void run() {
    std::vector<std::uint8_t> bytes;
    std::unique_lock lock(mutex_);
    while (true) {
      something_to_do_.wait(lock, [this] { return stopping_ || !callbacks_.empty(); });
      if (callbacks_.empty()) return;
      bytes.clear();
      bytes.swap(waiting_);
      auto callbacks = std::exchange(callbacks_, {});
      auto work = std::exchange(work_, std::nullopt);
      lock.unlock();
      auto problem = file_.append(bytes);
      report(std::move(callbacks), std::move(problem));
      work.reset();
      file_.compact_if_worthwhile();
      lock.lock();
    }
  }

  void report(std::vector<Written> callbacks, JournalFile::Problem problem) {
    asio::post(context_, [owner = weak_from_this(), callbacks = std::move(callbacks), problem = std::move(problem)] {
      for (const auto& written : callbacks) {
        if (owner.expired()) return;
        written(problem.empty(), problem);
      }
    });
  }

  asio::io_context& context_;
  const FileStoreOptions options_;
  JournalFile file_;  // the thread's, while there is one
  std::thread thread_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable something_to_do_;
  std::vector<std::uint8_t> waiting_;
  std::vector<Written> callbacks_;
  std::optional<Work> work_;
  bool stopping_ = false;
};

FileStore::FileStore(asio::io_context& context, FileStoreOptions options)
    : writer_(std::make_shared<Writer>(context, std::move(options))) {}

FileStore::~FileStore() { writer_->stop(); }

void FileStore::load(const std::string& client_id, Loaded loaded) { writer_->load(client_id, loaded); }

void FileStore::append(Bytes records, Written written) { writer_->append(records, std::move(written)); }

std::string FileStore::file_name(const std::string& client_id) {
  constexpr std::size_t longest = 180;  // of 255 that file systems allow, with room for the endings
  constexpr char digits[] = "0123456789ABCDEF";
  std::string name;
  for (const char letter : client_id) {
    const auto c = static_cast<unsigned char>(letter);
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                 (c == '.' && !name.empty());
    if (plain) {
      name += letter;
    } else {
      name += {'%', digits[c >> 4], digits[c & 15]};
    }
  }
  if (name.empty()) name = "%";  // an empty client id; nothing else is encoded like this
  if (name.size() > longest) {
    // FNV-1a: names that are alike for so long differ at the end. The file's header holds the whole id.
    std::uint64_t hash = 14695981039346656037U;
    for (const char letter : client_id) hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211U;
    name.resize(longest - 17);
    name += '+';
    for (unsigned shift = 64; shift != 0; shift -= 4) name += digits[(hash >> (shift - 4)) & 15];
  }
  return name + ".journal";
}

}  // namespace wasmqtt
