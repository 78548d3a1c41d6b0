#pragma once

// Where the instructions for 8-bit integers are chosen. The folders of architectures alone name them; each
// defines `Int8Block`, `Int8Output`, `Int8Lanes` and `Int8Pairs`, of which scalar/ is the generic form and
// says what they are. Define BURIN_SCALAR to do without.

#include "burin/kernels/machine.hpp"

#if defined(BURIN_SCALAR)
#include "burin/kernels/int8/scalar/instructions.hpp"
#elif BURIN_DETAIL_X86
#include "burin/kernels/int8/x86/instructions.hpp"
#elif BURIN_DETAIL_ARM
#include "burin/kernels/int8/arm/instructions.hpp"
#else
#include "burin/kernels/int8/scalar/instructions.hpp"
#endif

namespace burin::kernels {

/// Whether there are pairs.
template <class Pairs>
inline constexpr bool has_pairs = requires { Pairs::channels; };

/// Whether panels are made of them.
template <class Pairs>
inline constexpr bool has_panels = requires { typename Pairs::PanelSums; };

/// Whether pixels' channels are pooled in vectors.
template <class Channels>
inline constexpr bool has_channels = requires { Channels::size; };

/// Whether a table is in registers.
template <class Table>
inline constexpr bool has_table = requires { Table::size; };

/// Whether four products of bytes are added at once, in vectors of channels.
template <class Vectors>
inline constexpr bool has_quads = requires { typename Vectors::Sum; };

} // namespace burin::kernels
