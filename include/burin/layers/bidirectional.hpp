#pragma once

#include "burin/graph/forms.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/recurrent.hpp"

namespace burin {

/// Two recurrent layers of one kind on the same sequence, one from the beginning and one from the end, each
/// with parameters of its own, and what `Merge` (`Concat`, `Add`) makes of both: `Bidirectional<LSTM<32,
/// ReturnSequences>>` makes `[time, features]` `[time, 64]`. Sequences are merged step by step as they are in
/// the input; without them, the last outputs of both are. At place 2 the parameters are `2.0.weight` and so
/// on of the forward layer and `2.1.weight` of the backward one.
///
/// Schuster and Paliwal, "Bidirectional Recurrent Neural Networks", 1997.
template <detail::RecurrentLayer LayerType, class Merge = Concat>
using Bidirectional =
    Parallel<Merge, LayerType,
             typename LayerType::template With<GoBackwards>::template With<detail::Realigned>>;

} // namespace burin
