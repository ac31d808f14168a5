// Topic names and topic filters, section 4.7. Nothing is normalised [MQTT-4.7.3-4].
//
//   topic_matches("sport/+/score", "sport/tennis/score")  ->  true
#pragma once

#include <string_view>

#include "wasmqtt/error.hpp"

namespace wasmqtt {

// A name to publish to: UTF-8, 1 to 65535 bytes [MQTT-4.7.3-1, -2, -3], no wildcard [MQTT-3.3.2-2].
Error check_topic_name(std::string_view name);

// A filter to subscribe with: as above, with `#` last and alone in its level [MQTT-4.7.1-2], and `+` alone in its
// level [MQTT-4.7.1-3].
Error check_topic_filter(std::string_view filter);

// MQTT 5's section 4.8.2: $share/name/filter.
bool is_shared(std::string_view filter);
// What of a filter matches topics: of a shared one, what comes behind the name. Of one that has passed
// check_subscription().
std::string_view without_share(std::string_view filter);
// check_topic_filter(), and for a shared one the name: not empty, without / + # [MQTT5-4.8.2-1] [MQTT5-4.8.2-2].
Error check_subscription(std::string_view filter);

// Both must have passed their checks. Topics that begin with `$` do not match a filter that begins with a wildcard
// [MQTT-4.7.2-1].
bool topic_matches(std::string_view filter, std::string_view name);

}  // namespace wasmqtt
