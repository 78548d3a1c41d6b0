#pragma once

#include "burin/graph/epilogue.hpp"
#include "burin/kernels/column_sums.hpp"
#include "burin/kernels/convolution/patch_product.hpp"
#include "burin/kernels/products/input_gradient.hpp"
#include "burin/kernels/products/micro_kernel.hpp"
#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/transpose.hpp"
#include "burin/layers/activations.hpp"

#include <array>
#include <cstddef>

// The micro-kernels that most networks of floats have in common, which depend on tiles but on no extents.
// Programs with BURIN_KERNEL_LIBRARY do not compile them but link the library that has them: Meson's option
// `kernel_library` builds it (docs/compile-time.md). `burin/embedded.hpp` includes this then.

#if !defined(BURIN_SHARED_KERNELS)
#error "BURIN_KERNEL_LIBRARY needs BURIN_SHARED_KERNELS: kernels that are inlined are in no library"
#endif

namespace burin::kernels::detail {

#if defined(BURIN_DETAIL_IS_KERNEL_LIBRARY)
#define BURIN_DETAIL_KERNEL template
#else
#define BURIN_DETAIL_KERNEL extern template
#endif

// Tiles of these heights, and the rest of what a tile is.
#define BURIN_DETAIL_UP_TO_4(kernel, ...)                                                                    \
    kernel(1, __VA_ARGS__) kernel(2, __VA_ARGS__) kernel(3, __VA_ARGS__) kernel(4, __VA_ARGS__)
#define BURIN_DETAIL_UP_TO_7(kernel, ...)                                                                    \
    BURIN_DETAIL_UP_TO_4(kernel, __VA_ARGS__)                                                                \
    kernel(5, __VA_ARGS__) kernel(6, __VA_ARGS__) kernel(7, __VA_ARGS__)
#define BURIN_DETAIL_UP_TO_9(kernel, ...)                                                                    \
    BURIN_DETAIL_UP_TO_7(kernel, __VA_ARGS__) kernel(8, __VA_ARGS__) kernel(9, __VA_ARGS__)
#define BURIN_DETAIL_UP_TO_12(kernel, ...)                                                                   \
    BURIN_DETAIL_UP_TO_9(kernel, __VA_ARGS__)                                                                \
    kernel(10, __VA_ARGS__) kernel(11, __VA_ARGS__) kernel(12, __VA_ARGS__)

#define BURIN_DETAIL_TILE(height, Epilogue, ...)                                                             \
    BURIN_DETAIL_KERNEL void multiply_tile<Tile{height, __VA_ARGS__}, float, Epilogue>(                      \
        const Operands<float>&, std::size_t, Epilogue) noexcept;
#define BURIN_DETAIL_PATCH_TILE(height, Finish, ...)                                                         \
    BURIN_DETAIL_KERNEL void multiply_patch_tile<Tile{height, __VA_ARGS__}, 0, false, float, Finish>(        \
        const std::array<RowPlace<float>, height>&, const PatchProduct<float>&, std::size_t,                 \
        Finish) noexcept;
#define BURIN_DETAIL_LAYER_TILES(Epilogue)                                                                   \
    BURIN_DETAIL_UP_TO_9(BURIN_DETAIL_TILE, Epilogue, 2, 1)                                                  \
    BURIN_DETAIL_UP_TO_9(BURIN_DETAIL_TILE, Epilogue, 2, 1, Tail::overlaps)                                  \
    BURIN_DETAIL_UP_TO_7(BURIN_DETAIL_TILE, Epilogue, 2, 2)                                                  \
    BURIN_DETAIL_UP_TO_7(BURIN_DETAIL_TILE, Epilogue, 1, 4, Tail::masked)
// Last panels of three vectors, alone and behind others.
#define BURIN_DETAIL_WIDE_TILES(Epilogue, ...)                                                               \
    BURIN_DETAIL_UP_TO_9(BURIN_DETAIL_TILE, Epilogue, 3, 1, Tail::overlaps, __VA_ARGS__)                     \
    BURIN_DETAIL_UP_TO_4(BURIN_DETAIL_TILE, Epilogue, 3, 2, Tail::overlaps, __VA_ARGS__)
#define BURIN_DETAIL_PREFETCHING_TILES(Epilogue)                                                             \
    BURIN_DETAIL_UP_TO_9(BURIN_DETAIL_TILE, Epilogue, 2, 1, Tail::none, Ahead::prefetch_left)                \
    BURIN_DETAIL_UP_TO_9(BURIN_DETAIL_TILE, Epilogue, 2, 1, Tail::none, Ahead::prefetch_right)
#define BURIN_DETAIL_PATCH_TILES(Finish)                                                                     \
    BURIN_DETAIL_UP_TO_9(BURIN_DETAIL_PATCH_TILE, Finish, 1, 1)                                              \
    BURIN_DETAIL_UP_TO_9(BURIN_DETAIL_PATCH_TILE, Finish, 1, 1, Tail::masked)                                \
    BURIN_DETAIL_UP_TO_12(BURIN_DETAIL_PATCH_TILE, Finish, 2, 1)                                             \
    BURIN_DETAIL_UP_TO_12(BURIN_DETAIL_PATCH_TILE, Finish, 2, 1, Tail::overlaps)
#define BURIN_DETAIL_SAMPLES(samples, ...)                                                                   \
    BURIN_DETAIL_KERNEL void weight_gradient_shared<samples, ColumnKind{__VA_ARGS__}, false, float>(         \
        const Operands<float>&, const Panels&, std::size_t) noexcept;
#define BURIN_DETAIL_FEW_SAMPLES(...)                                                                        \
    BURIN_DETAIL_UP_TO_7(BURIN_DETAIL_SAMPLES, __VA_ARGS__) BURIN_DETAIL_SAMPLES(8, __VA_ARGS__)

#define BURIN_DETAIL_INPUT_GRADIENT(Samples, Derivative)                                                     \
    BURIN_DETAIL_KERNEL void input_gradient_in_lanes<Samples, float, Derivative>(                            \
        const DenseGradient<float>&, std::size_t, std::size_t, std::size_t, Derivative) noexcept;
#define BURIN_DETAIL_INPUT_GRADIENTS(Derivative)                                                             \
    BURIN_DETAIL_INPUT_GRADIENT(samples_of_batch, Derivative)                                                \
    BURIN_DETAIL_INPUT_GRADIENT(samples_of_part, Derivative)

// What is chosen for a whole batch of most dense layers, and for parts of it where that is another.
inline constexpr InputGradientChoices usual_input_gradients =
    choose_input_gradients(128, 64, sizeof(float), this_machine, RowCounts{32, 1});
inline constexpr SampleLanes samples_of_batch =
    usual_input_gradients.choice[usual_input_gradients.count - 1].samples;
inline constexpr SampleLanes samples_of_part =
    usual_input_gradients.count > 2
        ? usual_input_gradients.choice[usual_input_gradients.count - 2].samples
        : SampleLanes{.from = SampleLanes::From::buffer, .lanes = this_machine.lanes<float>(), .panels = 16};

using LastLayer = engine::Chain<>;
using ReLULayer = engine::Chain<ReLU>;
using PatchSum = Anywhere<StoreSum>;
using PatchReLU = Anywhere<ReLULayer>;

BURIN_DETAIL_LAYER_TILES(LastLayer)
BURIN_DETAIL_LAYER_TILES(ReLULayer)
BURIN_DETAIL_LAYER_TILES(StoreSum)
BURIN_DETAIL_PREFETCHING_TILES(ReLULayer)
BURIN_DETAIL_UP_TO_12(BURIN_DETAIL_TILE, StoreSum, 2, 1, Tail::none, Ahead::nothing, true)
BURIN_DETAIL_UP_TO_12(BURIN_DETAIL_TILE, StoreSum, 2, 1, Tail::overlaps, Ahead::nothing, true)
BURIN_DETAIL_UP_TO_7(BURIN_DETAIL_TILE, StoreSum, 2, 2, Tail::none, Ahead::nothing, true)
BURIN_DETAIL_UP_TO_7(BURIN_DETAIL_TILE, StoreSum, 1, 4, Tail::masked, Ahead::nothing, true)
BURIN_DETAIL_WIDE_TILES(LastLayer, Ahead::nothing)
BURIN_DETAIL_WIDE_TILES(ReLULayer, Ahead::nothing)
BURIN_DETAIL_WIDE_TILES(StoreSum, Ahead::nothing, true)
BURIN_DETAIL_PATCH_TILES(PatchSum)
BURIN_DETAIL_PATCH_TILES(PatchReLU)
BURIN_DETAIL_INPUT_GRADIENTS(engine::NoActivation)
BURIN_DETAIL_INPUT_GRADIENTS(engine::DerivativeOf<ReLU>)
BURIN_DETAIL_FEW_SAMPLES(true, 0, Tail::none)
BURIN_DETAIL_FEW_SAMPLES(true, 2, Tail::overlaps)
BURIN_DETAIL_FEW_SAMPLES(false, 1, Tail::masked)

} // namespace burin::kernels::detail

namespace burin::kernels {

BURIN_DETAIL_KERNEL void column_sums<float>(const float*, std::size_t, std::size_t, float*, bool) noexcept;
BURIN_DETAIL_KERNEL void transpose<float>(std::size_t, std::size_t, const float*, std::size_t, float*,
                                          std::size_t) noexcept;

} // namespace burin::kernels

#undef BURIN_DETAIL_KERNEL
#undef BURIN_DETAIL_UP_TO_7
#undef BURIN_DETAIL_INPUT_GRADIENTS
#undef BURIN_DETAIL_INPUT_GRADIENT
#undef BURIN_DETAIL_WIDE_TILES
#undef BURIN_DETAIL_UP_TO_4
#undef BURIN_DETAIL_UP_TO_9
#undef BURIN_DETAIL_UP_TO_12
#undef BURIN_DETAIL_TILE
#undef BURIN_DETAIL_PATCH_TILE
#undef BURIN_DETAIL_LAYER_TILES
#undef BURIN_DETAIL_PREFETCHING_TILES
#undef BURIN_DETAIL_PATCH_TILES
#undef BURIN_DETAIL_SAMPLES
#undef BURIN_DETAIL_FEW_SAMPLES
