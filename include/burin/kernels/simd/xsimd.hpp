#pragma once

#include "burin/core/language.hpp"

// xsimd and the compiler's intrinsics: what simd.hpp and the kernels for 8-bit integers include of either.

// clang calls itself GCC 4, and xsimd 8 believes in AVX-512 only from GCC 6 on.
#if defined(__clang__) && defined(__AVX512F__)
#pragma push_macro("__GNUC__")
#undef __GNUC__
#define __GNUC__ 12
#endif
// g++ 12 warns of its own AVX-512 intrinsics, which leave lanes undefined on purpose.
#if !defined(__clang__) && defined(__AVX512F__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <xsimd/config/xsimd_config.hpp>

#if !defined(BURIN_SCALAR) && !defined(XSIMD_NO_SUPPORTED_ARCHITECTURE)

// xsimd 8 includes <immintrin.h> for AVX: the intrinsics of every processor, of which those of AVX-512 and
// AMX alone take half a second to compile. So the parts up to AVX2 are included here, and until xsimd is in
// <immintrin.h> passes for included. The parts check its guard and have guards of their own: who includes
// <immintrin.h> afterwards gets the rest.
#if XSIMD_VERSION_MAJOR == 8 && defined(__GNUC__) && defined(__AVX__) && !defined(__AVX512F__) &&            \
    !defined(__AVXVNNI__) && !defined(__FMA4__) && !defined(_IMMINTRIN_H_INCLUDED) &&                        \
    !defined(__IMMINTRIN_H)
#define BURIN_DETAIL_PARTS_OF_IMMINTRIN
#define _IMMINTRIN_H_INCLUDED // g++
#define __IMMINTRIN_H         // clang
// clang-format off: the later parts need the earlier.
#include <nmmintrin.h>
#include <avxintrin.h>
#include <avx2intrin.h>
#include <fmaintrin.h>
// clang-format on
#endif

#include <xsimd/xsimd.hpp>

#if defined(BURIN_DETAIL_PARTS_OF_IMMINTRIN)
#undef BURIN_DETAIL_PARTS_OF_IMMINTRIN
#undef _IMMINTRIN_H_INCLUDED
#undef __IMMINTRIN_H
#endif

#endif

#if !defined(__clang__) && defined(__AVX512F__)
#pragma GCC diagnostic pop
#endif
#if defined(__clang__) && defined(__AVX512F__)
#pragma pop_macro("__GNUC__")
#endif
