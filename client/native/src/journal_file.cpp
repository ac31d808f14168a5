#include "journal_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

#include "wasmqtt/journal.hpp"

namespace wasmqtt {

namespace {

constexpr std::string_view magic = "wasmqtt journal 1\n";
constexpr std::size_t frame_header_bytes = 8;
constexpr mode_t owner_only = 0600;

using Buffer = std::vector<std::uint8_t>;

void put_u32(std::uint32_t value, Buffer& out) {
  for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint32_t get_u32(Bytes bytes) {
  return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
         static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

std::uint32_t checksum(Bytes first, Bytes second) {
  boost::crc_32_type crc;
  crc.process_bytes(first.data(), first.size());
  crc.process_bytes(second.data(), second.size());
  return crc.checksum();
}

Buffer file_header(const std::string& client_id) {
  Buffer header(magic.begin(), magic.end());
  put_u32(static_cast<std::uint32_t>(client_id.size()), header);
  header.insert(header.end(), client_id.begin(), client_id.end());
  put_u32(checksum(header, {}), header);
  return header;
}

// The frame at the beginning of `rest`, or nothing where there is no whole and sound one.
bool read_frame(Bytes rest, Bytes& bytes) {
  if (rest.size() < frame_header_bytes) return false;
  std::size_t length = get_u32(rest);
  if (length == 0 || length > rest.size() - frame_header_bytes) return false;
  bytes = rest.subspan(frame_header_bytes, length);
  return checksum(rest.first(4), bytes) == get_u32(rest.subspan(4));
}

bool a_sound_frame_follows(Bytes bad) {
  if (bad.size() < frame_header_bytes) return false;
  std::size_t length = get_u32(bad);
  Bytes next;
  return length <= bad.size() - frame_header_bytes && read_frame(bad.subspan(frame_header_bytes + length), next);
}

// False with errno: what has been written up to then is in the file.
bool write_all(int file, Bytes bytes) {
  while (!bytes.empty()) {
    ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
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
  file_ = FileDescriptor(::open(path_.c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
  if (!file_) {
    if (errno != ENOENT) return failure("cannot be opened");
    return replace({});
  }
  Buffer content;
  if (!read_all(file_.get(), content)) return failure("cannot be read");
  Buffer header = file_header(client_id_);
  if (content.size() < header.size() || !std::equal(header.begin(), header.end(), content.begin()))
    return "The file " + path_ + " is not a journal of this session.";

  Bytes rest = Bytes(content).subspan(header.size());
  for (Bytes frame; read_frame(rest, frame); rest = rest.subspan(frame_header_bytes + frame.size()))
    records.insert(records.end(), frame.begin(), frame.end());
  size_ = content.size() - rest.size();
  size_after_compaction_ = 0;
  if (rest.empty()) return {};
  if (a_sound_frame_follows(rest)) {
    records.clear();
    return "The session journal " + path_ + " is damaged at byte " + std::to_string(size_) + '.';
  }
  return cut(size_);
}

JournalFile::Problem JournalFile::cut(std::size_t size) {
  if (::ftruncate(file_.get(), static_cast<off_t>(size)) != 0) return failure("cannot be cut to its sound part");
  return sync(file_.get());
}

JournalFile::Problem JournalFile::append(Bytes bytes) {
  if (!broken_.empty() || bytes.empty()) return broken_;
  broken_ = write_frame(file_.get(), bytes);
  if (broken_.empty()) broken_ = sync(file_.get());
  if (broken_.empty()) {
    size_ += frame_header_bytes + bytes.size();
  } else {
    // If this fails too, the next load() finds a torn frame and cuts it off.
    [[maybe_unused]] auto as_well = ::ftruncate(file_.get(), static_cast<off_t>(size_));
  }
  return broken_;
}

JournalFile::Problem JournalFile::write_frame(int file, Bytes bytes) {
  if (bytes.size() > std::numeric_limits<std::uint32_t>::max()) {
    errno = EFBIG;
    return failure("cannot take a batch of 4 GiB");
  }
  Buffer head;
  head.reserve(frame_header_bytes);
  put_u32(static_cast<std::uint32_t>(bytes.size()), head);
  put_u32(checksum(head, bytes), head);
  if (!write_all(file, head) || !write_all(file, bytes)) return failure("cannot be written");
  return {};
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
  FileDescriptor next(::open(next_path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, owner_only));
  if (!next) return failure("cannot be made");
  Buffer header = file_header(client_id_);
  Problem problem;
  if (!write_all(next.get(), header)) problem = failure("cannot be written");
  if (problem.empty() && !bytes.empty()) problem = write_frame(next.get(), bytes);
  if (problem.empty()) problem = sync(next.get());
  if (problem.empty() && ::rename(next_path.c_str(), path_.c_str()) != 0) problem = failure("cannot be replaced");
  if (!problem.empty()) {
    ::unlink(next_path.c_str());
    return problem;
  }
  file_ = std::move(next);
  size_ = header.size() + (bytes.empty() ? 0 : frame_header_bytes + bytes.size());
  size_after_compaction_ = size_;
  return sync_directory();
}

void JournalFile::compact_if_worthwhile() {
  if (!broken_.empty() || size_ < std::max(options_.compact_above, 4 * size_after_compaction_)) return;
  size_after_compaction_ = size_;  // if it comes to nothing, not again before the file has grown
  Buffer content;
  if (!read_all(file_.get(), content)) return;
  Buffer records;
  Bytes rest = Bytes(content).subspan(std::min(content.size(), file_header(client_id_).size()));
  for (Bytes frame; read_frame(rest, frame); rest = rest.subspan(frame_header_bytes + frame.size()))
    records.insert(records.end(), frame.begin(), frame.end());
  if (!rest.empty()) return;
  auto alive = compact(records);
  if (!alive) return;
  // The new file is in place when only the sync of the directory failed; then nothing more may count as durable.
  const int before = file_.get();
  Problem problem = replace(*alive);
  if (file_.get() != before) broken_ = problem;
}

}  // namespace wasmqtt
