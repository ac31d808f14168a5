#include "wasmqtt/frame_reader.hpp"

#include <algorithm>

namespace wasmqtt {

void FrameReader::feed(Bytes bytes) {
  if (error_) return;  // what an earlier piece has left unread may be gone, and is of no use
  if (input_.empty()) {
    input_ = bytes;
    return;
  }
  // The caller did not drain the last piece: keep it, it may be gone when this call returns. What has been read is
  // thrown away only when it is the larger part, so that a thousand such calls copy each byte a few times at the most.
  if (at_ * 2 > kept_.size()) {
    kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
  }
  kept_.insert(kept_.end(), input_.begin(), input_.end());
  kept_.insert(kept_.end(), bytes.begin(), bytes.end());
  input_ = {};
}

void FrameReader::reset(ProtocolVersion version) {
  shortest_ = version == ProtocolVersion::mqtt_5;
  input_ = {};
  kept_.clear();
  at_ = 0;
  error_ = {};
}

FrameReader::Status FrameReader::fail(Errc code) {
  error_ = peer_error(code);
  input_ = {};
  return Status::error;
}

// A frame at the beginning of `bytes`. With need_more, `needed` is the size that would tell more.
FrameReader::Status FrameReader::frame_at(Bytes bytes, Frame& frame, std::size_t& needed) {
  std::size_t length = 0;
  std::size_t at = 1;
  for (unsigned shift = 0;; shift += 7, ++at) {
    if (at > 4) return fail(Errc::malformed_remaining_length);
    if (at >= bytes.size()) {
      needed = at + 1;
      return Status::need_more;
    }
    length |= static_cast<std::size_t>(bytes[at] & 0x7f) << shift;
    if ((bytes[at] & 0x80) == 0) break;
  }
  if (shortest_ && at > 1 && bytes[at] == 0) return fail(Errc::malformed_variable_integer);
  const std::size_t header = at + 1;
  if (length > max_packet_bytes_ || header + length > max_packet_bytes_) return fail(Errc::packet_too_large);
  needed = header + length;
  if (bytes.size() < needed) return Status::need_more;
  frame = {bytes[0], bytes.subspan(header, length), bytes.first(needed)};
  return Status::frame;
}

FrameReader::Status FrameReader::next_kept(Frame& frame) {
  while (true) {
    const Bytes unread = Bytes(kept_).subspan(at_);
    std::size_t needed = 0;
    const Status status = frame_at(unread, frame, needed);
    if (status == Status::frame) at_ += needed;
    if (status != Status::need_more) return status;
    const std::size_t take = std::min(needed - unread.size(), input_.size());
    if (take == 0) return Status::need_more;
    // Grows as bytes come, not as a hostile length promises.
    kept_.insert(kept_.end(), input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(take));
    input_ = input_.subspan(take);
  }
}

FrameReader::Status FrameReader::next_any(Frame& frame) {
  if (error_) return Status::error;
  if (at_ < kept_.size()) return next_kept(frame);
  kept_.clear();
  at_ = 0;
  std::size_t needed = 0;
  const Status status = frame_at(input_, frame, needed);
  if (status == Status::frame) {
    input_ = input_.subspan(needed);
  } else if (status == Status::need_more && !input_.empty()) {
    kept_.assign(input_.begin(), input_.end());
    input_ = {};
  }
  return status;
}

}  // namespace wasmqtt
