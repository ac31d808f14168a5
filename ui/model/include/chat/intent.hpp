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
#include "chat/settings.hpp"

namespace chat {

struct SignIn { std::string user, password; };   // the password goes into CONNECT and nowhere else
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
struct ClearPackets {};
struct ExportPackets {};
struct DismissNotices {};
struct AskForNotifications {};                    // the platform asks the user
struct MuteNotifications {};                      // until they are asked for again

using Intent = std::variant<SignIn, ChangeSettings, Logout, UseHere, ConnectNow, AddChat, AskGroups, DismissGroupProblem, OpenChat,
                            ReadUpTo, ClearChat, RemoveChat, LeaveChat,
                            SendMessage, RetryMessage, SaveDraft, ChooseTheme, ClearPackets, ExportPackets,
                            DismissNotices, AskForNotifications, MuteNotifications>;
using Intents = std::vector<Intent>;

}  // namespace chat
