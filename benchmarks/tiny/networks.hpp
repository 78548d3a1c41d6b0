#pragma once

// The networks of MLPerf Tiny (https://github.com/mlcommons/tiny, benchmark/training), and the digits of the
// examples: what they compute, layer by layer, without the dropout of their training. `Folded<Net>` is what
// is deployed.

#include <burin/embedded.hpp>

#include <cstddef>

namespace tiny {

using namespace burin;

/// Reads an 8 × 8 image of a digit, with the README's network.
using Digits = Sequential<Input<8, 8>, Flatten, Dense<64>, ReLU, Dense<10>, Softmax>;
static_assert(parameter_count<Digits> == 4'810);

/// A depthwise convolution, then one over the channels of each pixel.
template <std::size_t Filters, class... Options>
using Separable = Sequential<DepthwiseConv2D<3, Same, Options...>, BatchNorm<>, ReLU, Conv2D<Filters, 1>,
                             BatchNorm<>, ReLU>;

/// Keyword spotting: which of 12 words is in a second of sound, of which 49 times 10 mel-frequency
/// coefficients are given. `keyword_spotting/keras_model.py`, DS-CNN.
using KeywordSpotting = Sequential<Input<49, 10, 1>, Conv2D<64, Shape{10, 4}, Same, Stride<2>>, BatchNorm<>,
                                   ReLU, Separable<64>, Separable<64>, Separable<64>, Separable<64>,
                                   AveragePool2D<Shape{25, 5}>, Flatten, Dense<12>, Softmax>;
static_assert(stored_count<KeywordSpotting> == 24'908);
static_assert(stored_count<Folded<KeywordSpotting>> == 22'604);

/// Anomaly detection: an autoencoder of five frames of 128 mel-frequency energies, whose error tells how
/// unusual they sound. `anomaly_detection/keras_model.py`.
template <std::size_t Units>
using Hidden = Sequential<Dense<Units>, BatchNorm<>, ReLU>;
using AnomalyDetection = Sequential<Input<640>, Hidden<128>, Hidden<128>, Hidden<128>, Hidden<128>, Hidden<8>,
                                    Hidden<128>, Hidden<128>, Hidden<128>, Hidden<128>, Dense<640>>;
static_assert(stored_count<AnomalyDetection> == 269'992);
static_assert(stored_count<Folded<AnomalyDetection>> == 265'864);

/// Visual wake words: whether a person is in an image. `visual_wake_words/vww_model.py`, MobileNetV1 with a
/// quarter of its channels.
using VisualWakeWords =
    Sequential<Input<96, 96, 3>, Conv2D<8, 3, Same, Stride<2>>, BatchNorm<>, ReLU, Separable<16>,
               Separable<32, Stride<2>>, Separable<32>, Separable<64, Stride<2>>, Separable<64>,
               Separable<128, Stride<2>>, Separable<128>, Separable<128>, Separable<128>, Separable<128>,
               Separable<128>, Separable<256, Stride<2>>, Separable<256>, AveragePool2D<3>, Flatten, Dense<2>,
               Softmax>;
static_assert(stored_count<VisualWakeWords> == 221'794);

} // namespace tiny
