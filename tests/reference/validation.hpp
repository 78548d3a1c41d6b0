#pragma once

// Splits of scikit-learn's.
// Written by validation.py with scikit-learn 1.9.1.

namespace reference::validation {

inline constexpr unsigned k_fold_10_3[] = {0, 0, 0, 0, 1, 1, 1, 2, 2, 2};
inline constexpr unsigned k_fold_7_7[] = {0, 1, 2, 3, 4, 5, 6};
inline constexpr unsigned k_fold_17_5[] = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4};
inline constexpr unsigned k_fold_12_4[] = {0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3};
inline constexpr unsigned labels[] = {0, 7, 3, 7, 3, 3, 7, 3, 0, 3, 0, 0, 3, 0, 3, 3, 3, 3, 3, 3, 0, 3, 3, 7, 7, 0, 0, 3, 3, 7, 0, 3, 0, 0, 0, 7, 3};
inline constexpr unsigned stratified_2[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
inline constexpr unsigned stratified_5[] = {0, 0, 0, 1, 0, 0, 2, 0, 0, 1, 0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 1, 3, 3, 2, 3, 2, 2, 4, 4, 3, 3, 4, 3, 4, 4, 4, 4};
inline constexpr unsigned stratified_7[] = {0, 0, 0, 1, 0, 0, 2, 1, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 2, 5, 5, 3, 4, 3, 3, 5, 6, 5, 4, 6, 4, 5, 6, 6, 6};
inline constexpr unsigned groups[] = {7, 7, 3, 7, 4, 4, 2, 2, 3, 4, 4, 8, 8, 4, 2, 8, 8, 3, 4, 2, 7, 4, 1, 1, 7, 3, 4, 8, 8, 2, 4, 8, 9};
inline constexpr unsigned group_2[] = {1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0};
inline constexpr unsigned group_3[] = {2, 2, 1, 2, 0, 0, 2, 2, 1, 0, 0, 1, 1, 0, 2, 1, 1, 1, 0, 2, 2, 0, 0, 0, 2, 1, 0, 1, 1, 2, 0, 1, 2};
inline constexpr unsigned group_7[] = {2, 2, 4, 2, 0, 0, 3, 3, 4, 0, 0, 1, 1, 0, 3, 1, 1, 4, 0, 3, 2, 0, 5, 5, 2, 4, 0, 1, 1, 3, 0, 1, 6};
inline constexpr unsigned time_5[] = {0, 7, 8, 10, 0, 10, 11, 13, 0, 13, 14, 16, 0, 16, 17, 19, 0, 19, 20, 22};
inline constexpr unsigned time_3_gap[] = {2, 5, 8, 10, 5, 8, 11, 13, 8, 11, 14, 16};
inline constexpr unsigned shuffle_10_10[] = {9, 1};
inline constexpr unsigned shuffle_37_30[] = {25, 12};
inline constexpr unsigned shuffle_37_25[] = {18, 10};
inline constexpr unsigned shuffle_100_7[] = {92, 8};
inline constexpr unsigned class_sizes[] = {12, 18, 7};
inline constexpr unsigned stratified_shuffle_30[] = {8, 12, 5, 4, 6, 2};
inline constexpr unsigned stratified_shuffle_20[] = {4, 7, 3, 3, 4, 1};
inline constexpr unsigned hold_out_20[] = {29, 8};

} // namespace reference::validation
