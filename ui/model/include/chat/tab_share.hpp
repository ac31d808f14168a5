// What the tabs in which one user has signed in have together: the connection, and word of what each of them has stored. Interface to
// the platform, which makes one for each sign-in, or none where tabs can't know of each other.
//
// One of the tabs leads: the connection is in it, and it alone takes in what others have written. All have a SharedMember, for
// whatever else they say to the broker.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "wasmqtt/shared/shared_hub.hpp"
#include "wasmqtt/shared/shared_member.hpp"

namespace chat {

class TabShare {
 public:
  enum class Role : std::uint8_t {
    undecided,  // nobody leads, as far as is known
    leader,     // this tab, or there is no other that it could know of
    member,     // another tab
  };

  // Leaves. Not from inside of the functions below, on_refused excepted.
  virtual ~TabShare() = default;

  // Joins the others, and connects. Once; from then on the functions below are called, never from inside of it.
  virtual void join() = 0;
  virtual wasmqtt::SharedMember& mqtt() = 0;  // its on_shared is the platform's
  virtual std::uint64_t id() const = 0;       // SharedMemberOptions::id
  // The connection itself while this tab leads, another one each time; else nullptr.
  virtual wasmqtt::SharedHub* hub() = 0;
  // To all other tabs, in the order of the calls; from the making of this object on, theirs come in on_told.
  virtual void tell(std::string_view words) = 0;

  // hub() is there, or is gone.
  std::function<void(Role role)> on_role;
  // The leader: other tabs have come or gone.
  std::function<void()> on_tabs;
  // This tab may have missed what others told.
  std::function<void()> on_missed;
  // The leader does not take this tab in: it has another password, or another version of the page.
  std::function<void()> on_refused;
  std::function<void(std::string_view words)> on_told;
};

// What to share, and with whom.
struct Sharing {
  wasmqtt::MqttOptions mqtt;
  std::uint64_t key = 0;  // SharedMemberOptions::key
};
using ShareTabs = std::function<std::unique_ptr<TabShare>(Sharing)>;

}  // namespace chat
