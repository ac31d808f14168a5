#include "wasmqtt/frame_reader.hpp"

#include <algorithm>

namespace wasmqtt {

void FrameReader::feed(Bytes bytes) {
  if (error_) return;  // what an earlier piece has left unread may be gone, and is of no use
  if (input_.empty()) {
    input_ = bytes;
    return;
  }
  // The caller did not drain the last piece: keep it, it may be gone when this call returns.
  std::vector<std::uint8_t> both(partial_.begin(), partial_.end());
  both.insert(both.end(), input_.begin(), input_.end());
  both.insert(both.end(), bytes.begin(), bytes.end());
  partial_ = std::move(both);
  input_ = {};
}

void FrameReader::reset() {
  input_ = {};
  partial_.clear();
  error_ = {};
}

// A frame at the beginning of `bytes`. With need_more, `needed` is the size that would tell more.
FrameReader::Status FrameReader::frame_at(Bytes bytes, Frame& frame, std::size_t& needed) {
  std::size_t length = 0;
  std::size_t at = 1;
  for (unsigned shift = 0;; shift += 7, ++at) {
    if (at > 4) {
      error_ = peer_error(Errc::malformed_remaining_length);
      return Status::error;
    }
    if (at >= bytes.size()) {
      needed = at + 1;
      return Status::need_more;
    }
    length |= static_cast<std::size_t>(bytes[at] & 0x7f) << shift;
    if ((bytes[at] & 0x80) == 0) break;
  }
  const std::size_t header = at + 1;
  if (length > max_packet_bytes_ || header + length > max_packet_bytes_) {
    error_ = peer_error(Errc::packet_too_large);
    return Status::error;
  }
  needed = header + length;
  if (bytes.size() < needed) return Status::need_more;
  frame = {bytes[0], bytes.subspan(header, length), bytes.first(needed)};
  return Status::frame;
}

FrameReader::Status FrameReader::next_of_partial(Frame& frame) {
  while (true) {
    std::size_t needed = 0;
    const Status status = frame_at(partial_, frame, needed);
    if (status == Status::error) return status;
    if (status == Status::frame) {
      // What lies behind it, after an undrained feed(), stays for the next call.
      assembled_.swap(partial_);
      partial_.assign(assembled_.begin() + static_cast<std::ptrdiff_t>(needed), assembled_.end());
      const std::size_t header = needed - frame.body.size();
      const Bytes whole = Bytes(assembled_).first(needed);
      frame = {whole[0], whole.subspan(header), whole};
      return Status::frame;
    }
    const std::size_t take = std::min(needed - partial_.size(), input_.size());
    if (take == 0) return Status::need_more;
    // Grows as bytes come, not as a hostile length promises.
    partial_.insert(partial_.end(), input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(take));
    input_ = input_.subspan(take);
  }
}

FrameReader::Status FrameReader::next(Frame& frame) {
  if (error_) return Status::error;
  if (!partial_.empty()) return next_of_partial(frame);
  std::size_t needed = 0;
  const Status status = frame_at(input_, frame, needed);
  if (status == Status::frame) {
    input_ = input_.subspan(needed);
  } else if (status == Status::need_more && !input_.empty()) {
    partial_.assign(input_.begin(), input_.end());
    input_ = {};
  }
  return status;
}

}  // namespace wasmqtt
