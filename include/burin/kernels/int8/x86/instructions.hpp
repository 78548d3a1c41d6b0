#pragma once

#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
#include "burin/kernels/int8/x86/avx512_vnni.hpp"
#elif defined(__AVX2__)
#include "burin/kernels/int8/x86/avx2.hpp"
#else
#include "burin/kernels/int8/x86/sse2.hpp"
#endif
#include "burin/kernels/int8/scalar/output.hpp"
#include "burin/kernels/int8/x86/lanes.hpp"
#if defined(__AVX2__)
#include "burin/kernels/int8/x86/channels.hpp"
#include "burin/kernels/int8/x86/pairs.hpp"
#else
#include "burin/kernels/int8/scalar/channels.hpp"
#include "burin/kernels/int8/scalar/pairs.hpp"
#endif
#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
#include "burin/kernels/int8/x86/quads_avx512.hpp"
#elif defined(__AVX2__)
#include "burin/kernels/int8/x86/quads_avx2.hpp"
#else
#include "burin/kernels/int8/scalar/quads.hpp"
#endif
#if defined(__AVX512VBMI__)
#include "burin/kernels/int8/x86/table.hpp"
#else
#include "burin/kernels/int8/scalar/table.hpp"
#endif
