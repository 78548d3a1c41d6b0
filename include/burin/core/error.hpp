#pragma once

#include <stdexcept>
#include <string>

namespace burin {

/// The one exception family of the hosted parts. The message names the file and the place in it (or the
/// argument), what was found and what was expected.
class Error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

} // namespace burin
