#pragma once

#include "burin/core/printable.hpp"

#include <cstddef>
#include <stdexcept>
#include <string>

namespace burin {

/// The one exception family of the hosted parts. The message names the file and the place in it (or the
/// argument), what was found and what was expected. It is fit to be shown: whatever it quotes, it has no
/// control characters and an end.
class Error : public std::runtime_error {
  public:
    static constexpr std::size_t longest_message = 4000;

    explicit Error(const std::string& message)
        : std::runtime_error(core::printable(message, longest_message)) {}
};

} // namespace burin
