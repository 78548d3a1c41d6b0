#pragma once

#include "burin/kernels/int8/product.hpp"
#include "burin/layers/dense.hpp"
#include "burin/quantization/weighted.hpp"

#include <cstddef>

namespace burin {

template <std::size_t Units, class... Options>
struct quantization::Int8Layer<Dense<Units, Options...>> : detail::Int8WeightedForm {
    static constexpr bool has_float_unit = true;

    template <class Shapes>
    using Constants = detail::Int8Weighted<Shapes::inputs[0].size() * Units, Units>;

    template <class Shapes>
    static constexpr kernels::Int8QuadLayout layout{
        .has = kernels::this_int8.quads, .segment_depth = Shapes::inputs[0].size(), .channels = Units};
    template <class Shapes>
    static constexpr kernels::Int8Choice choice =
        kernels::choose_int8({1, Shapes::inputs[0].size(), Units}, kernels::this_machine);
    template <class Shapes>
    using Packed = typename detail::Int8PackedWeights<Int8Layer<Dense<Units, Options...>>, Shapes>::type;

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        detail::quantize_weighted<Dense<Units, Options...>, detail::ChannelMajor>(from, to);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr std::size_t features = Context::Shapes::inputs[0].size();
        if constexpr (choice<typename Context::Shapes>.way == kernels::Int8Way::quads)
            if (run.packed != nullptr) {
                const auto& packed = *static_cast<const Packed<typename Context::Shapes>*>(run.packed);
                return kernels::int8_quad_product(
                    run.inputs[0], features, run.rows, Packed<typename Context::Shapes>::layout,
                    packed.view(), run.constants->template quad_outputs<Context::rounding>(packed),
                    run.output, Units);
            }
        constexpr auto choose = [](std::size_t rows) {
            return kernels::choose_int8({rows, features, Units}, kernels::this_machine, false);
        };
        kernels::with_int8_choice<choose>(run.rows, [&]<kernels::Int8Choice Choice>() {
            kernels::int8_product<Choice>(
                run.inputs[0], features, run.rows, run.constants->weight.data(), features, Units,
                run.constants->template outputs<Context::rounding>(), run.output, Units);
        });
    }
};

} // namespace burin
