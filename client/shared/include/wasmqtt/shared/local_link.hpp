// Joins the hub and the member of one tab, or of one program.
//
//   LocalLink own(hub, member);      // after SharedHub::on_leading
//
// Both ends send from their own turn of the event loop, so none is called from inside itself.
#pragma once

#include "wasmqtt/shared/shared_hub.hpp"
#include "wasmqtt/shared/shared_member.hpp"

namespace wasmqtt {

class LocalLink {
 public:
  // Both outlive this object.
  LocalLink(SharedHub& hub, SharedMember& member) : hub_(hub), member_(member), to_member_{member}, to_hub_{hub} {
    to_hub_.link = hub_.link_opened(to_member_, true);
    member_.link_opened(to_hub_, hub_.epoch());
  }
  ~LocalLink() {
    if (member_.epoch() == hub_.epoch()) member_.link_closed();
    hub_.link_closed(to_hub_.link);
  }
  LocalLink(const LocalLink&) = delete;
  LocalLink& operator=(const LocalLink&) = delete;

 private:
  struct ToMember final : SharedLink {
    explicit ToMember(SharedMember& to) : member(to) {}
    void send(Bytes frames) override { member.handle_frames(frames); }
    SharedMember& member;
  };
  struct ToHub final : SharedLink {
    explicit ToHub(SharedHub& to) : hub(to) {}
    void send(Bytes frames) override { hub.handle_frames(link, frames); }
    SharedHub& hub;
    SharedHub::Link link = 0;
  };

  SharedHub& hub_;
  SharedMember& member_;
  ToMember to_member_;
  ToHub to_hub_;
};

}  // namespace wasmqtt
