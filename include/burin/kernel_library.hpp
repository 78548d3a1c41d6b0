#pragma once

#include "burin/graph/epilogue.hpp"
#include "burin/kernels/column_sums.hpp"
#include "burin/kernels/convolution/patch_product.hpp"
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
#define BURIN_DETAIL_UP_TO_7(kernel, ...)                                                                    \
    kernel(1, __VA_ARGS__) kernel(2, __VA_ARGS__) kernel(3, __VA_ARGS__) kernel(4, __VA_ARGS__)              \
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
#define BURIN_DETAIL_PREFETCHING_TILES(Epilogue)                                                             \
    BURIN_DETAIL_UP_TO_9(BURIN_DETAIL_TILE, Epilogue, 2, 1, Tail::none, Ahead::prefetch_left)                \
    BURIN_DETAIL_UP_TO_9(BURIN_DETAIL_TILE, Epilogue, 2, 1, Tail::none, Ahead::prefetch_right)
#define BURIN_DETAIL_PATCH_TILES(Finish)                                                                     \
    BURIN_DETAIL_UP_TO_9(BURIN_DETAIL_PATCH_TILE, Finish, 1, 1)                                              \
    BURIN_DETAIL_UP_TO_9(BURIN_DETAIL_PATCH_TILE, Finish, 1, 1, Tail::masked)                                \
    BURIN_DETAIL_UP_TO_12(BURIN_DETAIL_PATCH_TILE, Finish, 2, 1)                                             \
    BURIN_DETAIL_UP_TO_12(BURIN_DETAIL_PATCH_TILE, Finish, 2, 1, Tail::overlaps)
#define BURIN_DETAIL_FEW_SAMPLES(...)                                                                        \
    BURIN_DETAIL_KERNEL void                                                                                 \
    shared<depth_in_registers<ColumnKind{__VA_ARGS__}, false, float>, float, Panels, std::size_t>(           \
        const Operands<float>&, Panels, std::size_t) noexcept;

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
BURIN_DETAIL_PATCH_TILES(PatchSum)
BURIN_DETAIL_PATCH_TILES(PatchReLU)
BURIN_DETAIL_FEW_SAMPLES(true, 0, Tail::none, false, 1)
BURIN_DETAIL_FEW_SAMPLES(true, 0, Tail::none, false, 2)
BURIN_DETAIL_FEW_SAMPLES(true, 2, Tail::overlaps, false, 1)
BURIN_DETAIL_FEW_SAMPLES(false, 1, Tail::masked, false, 4)

} // namespace burin::kernels::detail

namespace burin::kernels {

BURIN_DETAIL_KERNEL void column_sums<float>(const float*, std::size_t, std::size_t, float*, bool) noexcept;
BURIN_DETAIL_KERNEL void transpose<float>(std::size_t, std::size_t, const float*, std::size_t, float*,
                                          std::size_t) noexcept;

} // namespace burin::kernels

#undef BURIN_DETAIL_KERNEL
#undef BURIN_DETAIL_UP_TO_7
#undef BURIN_DETAIL_UP_TO_9
#undef BURIN_DETAIL_UP_TO_12
#undef BURIN_DETAIL_TILE
#undef BURIN_DETAIL_PATCH_TILE
#undef BURIN_DETAIL_LAYER_TILES
#undef BURIN_DETAIL_PREFETCHING_TILES
#undef BURIN_DETAIL_PATCH_TILES
#undef BURIN_DETAIL_FEW_SAMPLES
