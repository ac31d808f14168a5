// The user's actions, as plain values that the views hand to ChatApp.
//
//   Intents intents;
//   view.draw(ui, app.state(), intents);
//   app.handle(intents);
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "chat/conversation.hpp"
#include "chat/packet_layout.hpp"
#include "chat/settings.hpp"
#include "wasmqtt/types.hpp"

namespace chat {

struct SignIn { std::string user, password; };   // the password goes into CONNECT and nowhere else
struct ExpectSignIn { std::string user; };       // somebody is typing their name: the connection may begin
struct ChangeSettings { Settings settings; };    // on the login card; rewrites the address
struct Logout {};
struct UseHere {};                                // after "Signed in elsewhere"
struct ConnectNow {};                             // without waiting for the next attempt
struct AddChat { std::string user; };             // checked by check_user_name() before
struct AskGroups { GroupRequest request; };       // its identifier is given by the model; GroupRequests tells the rest
struct DismissGroupProblem {};
struct OpenChat { ConversationKey key; };
// The message with this number is in sight, and so were those above it; `at_end`: what comes next will be, too.
struct ReadUpTo { ConversationKey key; std::uint64_t number; bool at_end; };
struct ClearChat { ConversationKey key; };        // its messages, on this device
struct RemoveChat { ConversationKey key; };       // with its messages, until somebody writes again
struct LeaveChat {};                              // back to the list, on a narrow window
struct SendMessage { ConversationKey key; std::string text; };
struct RetryMessage { ConversationKey key; std::string id; };  // of one's own
struct SaveDraft { ConversationKey key; std::string text; };
struct ChooseTheme { std::string theme; };        // "light", "dark", empty: as the system
struct ArrangePackets { PacketLayout layout; bool keep = true; };  // not `keep`: while it is being dragged
struct ClearPackets {};
enum class PacketFile : std::uint8_t { json_lines, pcapng };
struct ExportPackets { PacketFile format = PacketFile::json_lines; };
struct OpenPackets {};                            // the platform lets the user choose a file
struct ClosePackets {};                           // back to those of the connection
struct CopyText { std::string text; };            // into the clipboard
struct WatchSession { bool on; };                 // keeps State::session up to date
enum class TextFile : std::uint8_t { explanations, lessons };
struct LoadText { TextFile file; };               // when it is first looked at
// Trouble on the connection; see TroubleTransport. `on` counts for those that last.
enum class Trouble : std::uint8_t { pull_plug, lose_acknowledgement, delay, freeze, forget_session };
struct MakeTrouble { Trouble what; bool on = true; };
struct PublishTopic {                             // anything, to anywhere
  std::string topic{}, payload{};
  wasmqtt::Qos qos = wasmqtt::Qos::at_most_once;
  bool retain = false;
  std::uint32_t expiry = 0;                       // MQTT 5's properties; 0 and empty: without
  std::string content_type{}, response_topic{}, user_property{};  // the last one "name=value"
};
struct SubscribeTopic { std::string filter; wasmqtt::Qos qos = wasmqtt::Qos::at_most_once; };
struct UnsubscribeTopic { std::string filter; };
struct SendInLanes {};                            // one message with each QoS
struct DismissNotices {};
struct AskForNotifications {};                    // the platform asks the user
struct MuteNotifications {};                      // until they are asked for again

using Intent = std::variant<SignIn, ExpectSignIn, ChangeSettings, Logout, UseHere, ConnectNow, AddChat, AskGroups, DismissGroupProblem,
                            OpenChat, ReadUpTo, ClearChat, RemoveChat, LeaveChat, SendMessage, RetryMessage, SaveDraft,
                            ChooseTheme, ArrangePackets, ClearPackets, ExportPackets, OpenPackets, ClosePackets, CopyText, WatchSession,
                            LoadText, MakeTrouble, PublishTopic, SubscribeTopic, UnsubscribeTopic, SendInLanes,
                            DismissNotices, AskForNotifications, MuteNotifications>;
using Intents = std::vector<Intent>;

}  // namespace chat
