// Storage that several tabs share, of which one leads: who led before can't write any more, however late it wakes up.
//
// The store keeps one number beside each session, the epoch. lead() adds one to it; every later transaction of this object first
// compares it. A browser may freeze a tab for minutes in the middle of anything, and it continues there: only what is decided
// inside a transaction is safe from that.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "wasmqtt/session_store.hpp"

namespace wasmqtt {

class FencedStore : public SessionStore {
 public:
  // Takes the lead of this client id's session: in one transaction adds one to the epoch and calls back with it, at once or later. ok =
  // false: the storage fails, and the problem is told in a sentence. Then this object leads without storage: load() and append()
  // fail with the same words.
  using Led = std::function<void(bool ok, std::uint64_t epoch, std::string_view problem)>;
  virtual void lead(const std::string& client_id, Led led) = 0;

  // load() and append() are those of SessionStore, and do nothing but call back with ok = false when the stored epoch is not
  // that of lead() any more. superseded() is true from before that call on.
  virtual bool superseded() const = 0;

  // Asks the storage whether the epoch is still ours; calls back at once or later. Storage that fails can't say, and the answer is
  // yes.
  using Confirmed = std::function<void(bool leads)>;
  virtual void confirm(Confirmed confirmed) = 0;
};

}  // namespace wasmqtt
