// Everything: Dear ImGui widgets that draw AND say what they are. Start with ui.hpp.
#pragma once

#include "semantic/buttons.hpp"
#include "semantic/containers.hpp"
#include "semantic/fields.hpp"
#include "semantic/lists.hpp"
#include "semantic/motion.hpp"
#include "semantic/splitter.hpp"
#include "semantic/text.hpp"
#include "semantic/ui.hpp"
#include "semantic/widget.hpp"
