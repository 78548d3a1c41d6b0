#pragma once

// Images of [4, 3, 5] bytes by RESIZE_BILINEAR to [7, 8, 5], then to [3, 2, 5], by LiteRT.
// Written by int8_resize.py with LiteRT.

namespace reference::int8_resize {

inline constexpr signed char x[] = {72, 79, 105, 44, -92, 73, -107, -74, 75, -102, -76, -46, 43, 66, 26, 65, -34, 55, -91, -22, -100, 2, 60, 61, -60, 22, 99, -72, -49, -8, -61, 111, 96, 118, 119, -109, -7, -98, -62, -114, 43, 1, -89, 101, 12, 3, -46, -43, -34, 97, 30, -67, 60, 12, -35, 98, -51, 95, -54, -95};
inline constexpr signed char asymmetric_once[] = {72, 79, 105, 44, -92, -1, -76, -15, 71, -38, 23, 15, 69, -21, 25, -37, 33, -36, 11, -39, -18, 6, 3, 17, 104, 32, -40, 20, -7, -60};
inline constexpr signed char asymmetric_twice[] = {72, 79, 105, 44, -92, -2, -77, -16, 71, -38, 23, 15, 69, -21, 25, -37, 33, -35, 11, -39, -18, 7, 3, 17, 104, 32, -40, 20, -7, -60};
inline constexpr signed char half_pixel_once[] = {61, 19, 60, 27, -80, -32, -29, 1, 47, -9, -25, 29, 52, 10, 15, -1, 37, -65, 19, -20, -10, -19, -2, 0, 63, 63, -42, 44, -15, -66};
inline constexpr signed char half_pixel_twice[] = {61, 19, 60, 27, -80, -32, -29, 1, 47, -9, -25, 28, 52, 9, 14, -2, 37, -65, 19, -20, -10, -19, -2, 0, 63, 63, -42, 44, -14, -66};
inline constexpr signed char corners_once[] = {72, 79, 105, 44, -92, -76, -46, 43, 66, 26, 2, 39, 76, 14, 49, 33, 50, -80, 26, 2, 3, -46, -43, -34, 97, 98, -51, 95, -54, -95};
inline constexpr signed char corners_twice[] = {72, 79, 105, 44, -92, -76, -46, 43, 66, 26, 2, 39, 76, 14, 49, 33, 50, -81, 26, 2, 3, -46, -43, -34, 97, 98, -51, 95, -54, -95};

} // namespace reference::int8_resize
