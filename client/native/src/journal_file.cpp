#include "journal_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

#include "journal_format.hpp"
#include "wasmqtt/journal.hpp"

namespace wasmqtt {

namespace {

constexpr mode_t owner_only = 0600;

// False with errno: what has been written up to then is in the file.
bool write_all(int file, std::size_t at, Bytes bytes) {
  while (!bytes.empty()) {
    ssize_t count = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    at += static_cast<std::size_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

bool read_all(int file, Buffer& bytes) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return false;
  bytes.resize(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    ssize_t count = ::pread(file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return true;
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) ::close(number_);
}

JournalFile::Problem JournalFile::failure(const std::string& what) const {
  return "The session journal " + path_ + ' ' + what + ": " + std::strerror(errno);
}

JournalFile::Problem JournalFile::open(const FileStoreOptions& options, const std::string& client_id,
                                       Buffer& records) {
  close();
  options_ = options;
  client_id_ = client_id;
  path_ = (std::filesystem::path(options.directory) / FileStore::file_name(client_id)).string();
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error) return "The directory " + options.directory + " for session journals cannot be made: " + error.message();
  Problem problem = lock(client_id);
  if (problem.empty()) problem = read(records);
  if (!problem.empty()) close();
  broken_ = problem;
  return problem;
}

void JournalFile::close() {
  file_ = {};
  lock_ = {};
  broken_ = "the journal is not open";
}

// The lock has a file of its own, because the journal's is replaced when it is compacted.
JournalFile::Problem JournalFile::lock(const std::string& client_id) {
  std::string lock_path = path_.substr(0, path_.rfind('.')) + ".lock";
  lock_ = FileDescriptor(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, owner_only));
  if (!lock_) return failure("cannot be locked");
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0) return {};
  if (errno != EWOULDBLOCK) return failure("cannot be locked");
  return "The session of client id " + client_id + " in " + path_ + " is in use by another process.";
}

JournalFile::Problem JournalFile::read(Buffer& records) {
  records.clear();
  file_ = FileDescriptor(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
  if (!file_) {
    if (errno != ENOENT) return failure("cannot be opened");
    return replace({});
  }
  Buffer bytes;
  if (!read_all(file_.get(), bytes)) return failure("cannot be read");
  auto content = parse_journal(bytes, client_id_);
  if (!content.problem.empty()) return "The session journal " + path_ + ' ' + content.problem;
  records = std::move(content.records);
  if (content.old_version) return replace(records);
  size_ = content.size;
  size_after_compaction_ = 0;
  if (bytes.size() == content.confirmed) return {};
  return cut(size_);
}

// Also makes sure of a last batch that is whole, but was never reported as written.
JournalFile::Problem JournalFile::cut(std::size_t size) {
  if (::ftruncate(file_.get(), static_cast<off_t>(size)) != 0) return failure("cannot be cut to its sound part");
  Problem problem = sync(file_.get());
  return problem.empty() ? confirm(size) : problem;
}

JournalFile::Problem JournalFile::append(Bytes bytes) {
  if (!broken_.empty() || bytes.empty()) return broken_;
  const std::size_t size = size_ + frame_head_bytes + bytes.size();
  broken_ = write_frame(file_.get(), size_, bytes);
  if (broken_.empty()) broken_ = sync(file_.get());
  if (broken_.empty()) broken_ = confirm(size);
  if (broken_.empty()) {
    size_ = size;
  } else {
    // If this fails too, the next load() finds a torn frame and cuts it off.
    [[maybe_unused]] auto as_well = ::ftruncate(file_.get(), static_cast<off_t>(size_));
  }
  return broken_;
}

JournalFile::Problem JournalFile::write_frame(int file, std::size_t at, Bytes bytes) {
  if (bytes.size() > std::numeric_limits<std::uint32_t>::max()) {
    errno = EFBIG;
    return failure("cannot take a batch of 4 GiB");
  }
  if (!write_all(file, at, frame_head(bytes)) || !write_all(file, at + frame_head_bytes, bytes))
    return failure("cannot be written");
  return {};
}

// Not synced: the next sync, or the kernel's own, takes it along.
JournalFile::Problem JournalFile::confirm(std::size_t size) {
  return write_all(file_.get(), confirmed_offset, confirmed_size(size)) ? Problem() : failure("cannot be written");
}

JournalFile::Problem JournalFile::sync(int file) const {
  if (options_.durability != FileStoreOptions::Durability::power_cut) return {};
  return ::fdatasync(file) == 0 ? Problem() : failure("cannot be synced to the disk");
}

JournalFile::Problem JournalFile::sync_directory() const {
  if (options_.durability != FileStoreOptions::Durability::power_cut) return {};
  FileDescriptor directory(::open(options_.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) return failure("cannot be synced to its directory");
  return {};
}

// A new file with these bytes takes the place of the old, all of it or nothing.
JournalFile::Problem JournalFile::replace(Bytes bytes) {
  std::string next_path = path_ + ".new";
  FileDescriptor next(::open(next_path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, owner_only));
  if (!next) return failure("cannot be made");
  const std::size_t header_bytes = journal_header_bytes(client_id_);
  const std::size_t size = header_bytes + (bytes.empty() ? 0 : frame_head_bytes + bytes.size());
  Problem problem;
  if (!write_all(next.get(), 0, journal_header(client_id_, size))) problem = failure("cannot be written");
  if (problem.empty() && !bytes.empty()) problem = write_frame(next.get(), header_bytes, bytes);
  if (problem.empty()) problem = sync(next.get());
  if (problem.empty() && ::rename(next_path.c_str(), path_.c_str()) != 0) problem = failure("cannot be replaced");
  if (!problem.empty()) {
    ::unlink(next_path.c_str());
    return problem;
  }
  file_ = std::move(next);
  size_ = size;
  size_after_compaction_ = size_;
  return sync_directory();
}

void JournalFile::compact_if_worthwhile() {
  if (!broken_.empty() || size_ < std::max(options_.compact_above, 4 * size_after_compaction_)) return;
  size_after_compaction_ = size_;  // if it comes to nothing, not again before the file has grown
  Buffer bytes;
  if (!read_all(file_.get(), bytes)) return;
  auto content = parse_journal(bytes, client_id_);
  if (!content.problem.empty() || content.size != bytes.size()) return;
  auto alive = compact(content.records);
  if (!alive) return;
  // The new file is in place when only the sync of the directory failed; then nothing more may count as durable.
  const int before = file_.get();
  Problem problem = replace(*alive);
  if (file_.get() != before) broken_ = problem;
}

}  // namespace wasmqtt
