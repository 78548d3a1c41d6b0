#pragma once

namespace burin {

/// Option of layers that add a bias: they do not.
struct NoBias {};

} // namespace burin
