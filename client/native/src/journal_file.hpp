// One journal file, synchronously; FileStore gives it a thread. Its bytes: journal_format.hpp.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "wasmqtt/native/file_store.hpp"

namespace wasmqtt {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor();

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

class JournalFile {
 public:
  // What went wrong, as a sentence; empty: nothing.
  using Problem = std::string;

  // Locks and reads the file, or makes it. `records`: the bytes of all frames.
  Problem open(const FileStoreOptions& options, const std::string& client_id, std::vector<std::uint8_t>& records);
  // One frame, durable when this returns. After a problem every further call returns it again.
  Problem append(Bytes bytes);
  // Never a problem: where it can't be done, the long file goes on serving.
  void compact_if_worthwhile();
  // Gives the lock back.
  void close();

 private:
  Problem lock(const std::string& client_id);
  Problem read(std::vector<std::uint8_t>& records);
  Problem cut(std::size_t size);
  Problem replace(Bytes bytes);
  Problem write_frame(int file, std::size_t at, Bytes bytes);
  Problem confirm(std::size_t size);
  Problem sync(int file) const;
  Problem sync_directory() const;
  Problem failure(const std::string& what) const;

  FileStoreOptions options_;
  std::string client_id_;
  std::string path_;
  FileDescriptor lock_;
  FileDescriptor file_;
  std::size_t size_ = 0;  // up to the end of the last whole frame
  std::size_t size_after_compaction_ = 0;
  Problem broken_ = "the journal is not open";
};

}  // namespace wasmqtt
