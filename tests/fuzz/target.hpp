#pragma once

#include <string_view>

/// What a fuzz target defines: takes any bytes. To find fault, it throws or crashes.
void fuzz(std::string_view input);

/// Throws where a promise does not hold.
void require(bool holds, const char* promise);
