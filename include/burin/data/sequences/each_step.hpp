#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace burin::data::sequences {

namespace detail {

/// The steps of all training samples, as a stage on one step sees them.
template <class Samples, std::size_t Steps, std::size_t Channels>
struct StepsOfSamples {
    const Samples& all;

    std::size_t size() const { return all.size() * Steps; }
    std::size_t width() const { return Channels; }
    double operator()(std::size_t step, std::size_t channel) const {
        return all(step / Steps, step % Steps * Channels + channel);
    }
    auto column(std::size_t channel) const {
        auto values = all.column(channel);
        values.resize(size());
        for (std::size_t step = 0; step < size(); ++step)
            values[step] = (*this)(step, channel);
        return values;
    }
    std::array<double, Channels> row(std::size_t step) const {
        std::array<double, Channels> row{};
        for (std::size_t channel = 0; channel < Channels; ++channel)
            row[channel] = (*this)(step, channel);
        return row;
    }
    bool has_targets() const { return all.has_targets(); }
    double target(std::size_t step) const { return all.target(step / Steps); }
    double weight(std::size_t step) const { return all.weight(step / Steps); }
    auto seed() const { return all.seed(); }
    [[noreturn]] void refuse(std::string_view sentence) const { all.refuse(sentence); }
};

} // namespace detail

/// A stage on each step of samples `[steps, channels]`, with the same constants for all:
/// `EachStep<StandardScaler>` has one mean for each channel, where `StandardScaler` alone would have one for
/// each channel of each step.
///
///     using Preparation = data::Pipeline<Input<24, 2>, data::sequences::EachStep<data::StandardScaler>>;
///
/// It learns from the steps of all samples; what it refuses it names by channel, and by the number of the
/// step among those of all samples.
template <class Stage>
struct EachStep {
    static constexpr Text<256> name() {
        return Text<256>("EachStep<").append(Stage::name().view()).append(">");
    }
    static constexpr Sentence problem(Shape input) {
        if (input.rank != 2)
            return Sentence("expected input `[steps, channels]`, got `").append(input).append("`");
        if constexpr (requires { Stage::problem(input); })
            return Stage::problem(Shape(input[1]));
        else
            return {};
    }
    static constexpr Shape output_shape(Shape input) {
        return Shape(input[0], Stage::output_shape(Shape(input[1])).size());
    }

    template <Shape In, class Scalar>
    struct Fitted : Stage::template Fitted<Shape(In[1]), Scalar> {
        using Inner = typename Stage::template Fitted<Shape(In[1]), Scalar>;
        template <class Samples>
        using Steps = detail::StepsOfSamples<Samples, In[0], In[1]>;

        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            for (std::size_t step = 0; step < In[0]; ++step)
                Inner::apply(in + step * In[1], out + step * output_shape(In)[1]);
        }
        /// Of a stage that can be undone.
        constexpr void undo(const Scalar* out, Scalar* in) const noexcept
            requires requires(const Inner& inner) { inner.undo(out, in); }
        {
            for (std::size_t step = 0; step < In[0]; ++step)
                Inner::undo(out + step * output_shape(In)[1], in + step * In[1]);
        }
    };

    template <class F, class Samples>
        requires requires(typename F::Inner& inner, typename F::template Steps<Samples> steps) {
            Stage::fit(inner, steps);
        }
    static void fit(F& fitted, const Samples& samples) {
        Stage::fit(static_cast<typename F::Inner&>(fitted), typename F::template Steps<Samples>{samples});
    }
};

} // namespace burin::data::sequences
