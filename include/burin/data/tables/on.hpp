#pragma once

#include "burin/data/tables/columns_at.hpp"
#include "burin/data/tables/training_columns.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace burin::data {

namespace detail {

/// Some columns of the training samples, as a stage on these sees them.
template <class Samples, class Chosen>
struct ColumnsOfSamples {
    const Samples& all;

    std::size_t size() const { return all.size(); }
    std::size_t width() const { return Chosen::size; }
    std::size_t place(std::size_t column) const { return place_of(all, Chosen::numbers[column]); }
    double operator()(std::size_t sample, std::size_t column) const {
        return all(sample, Chosen::numbers[column]);
    }
    auto column(std::size_t column) const { return all.column(Chosen::numbers[column]); }
    std::array<double, Chosen::size> row(std::size_t sample) const {
        std::array<double, Chosen::size> row{};
        for (std::size_t c = 0; c < Chosen::size; ++c)
            row[c] = all(sample, Chosen::numbers[c]);
        return row;
    }
    bool has_targets() const { return all.has_targets(); }
    double target(std::size_t sample) const { return all.target(sample); }
    double weight(std::size_t sample) const { return all.weight(sample); }
    auto seed() const { return all.seed(); }
    [[noreturn]] void refuse(std::string_view sentence) const { all.refuse(sentence); }
};

} // namespace detail

/// A stage on some columns, the others pass: `On<ColumnsAt<0, 2>, StandardScaler>`.
///
/// A stage that gives as many columns as it takes leaves each in its place. What another gives stands where
/// the first of its columns stood (the one of the least number), and the others keep their order around it.
///
///     using Preparation = data::Pipeline<Input<4>, data::On<data::ColumnsAt<0, 2>, data::StandardScaler>>;
template <class Chosen, class Stage>
struct On {
    static constexpr Text<256> name() {
        return Text<256>("On<")
            .append(Chosen::name().view())
            .append(", ")
            .append(Stage::name().view())
            .append(">");
    }
    static constexpr Sentence problem(Shape input) {
        if (const Sentence wrong = Chosen::problem(input); !wrong.empty())
            return wrong;
        if constexpr (requires { Stage::problem(input); })
            return Stage::problem(Shape(Chosen::size));
        else
            return {};
    }
    static constexpr std::size_t given() { return Stage::output_shape(Shape(Chosen::size)).size(); }
    static constexpr Shape output_shape(Shape input) { return Shape(input.size() - Chosen::size + given()); }

    template <Shape In, class Scalar>
    struct Fitted : Stage::template Fitted<Shape(Chosen::size), Scalar> {
        using Inner = typename Stage::template Fitted<Shape(Chosen::size), Scalar>;

        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            std::array<Scalar, Chosen::size> taken{};
            std::array<Scalar, given()> results{};
            for (std::size_t c = 0; c < Chosen::size; ++c)
                taken[c] = in[Chosen::numbers[c]];
            Inner::apply(taken.data(), results.data());
            join([in](std::size_t column) { return in[column]; }, results.data(), out);
        }

        template <class Input, class Result>
        static constexpr void join(const Input& in, const Result* results, Scalar* out) noexcept {
            if constexpr (given() == Chosen::size) {
                for (std::size_t c = 0; c < In.size(); ++c)
                    out[c] = static_cast<Scalar>(in(c));
                for (std::size_t c = 0; c < Chosen::size; ++c)
                    out[Chosen::numbers[c]] = static_cast<Scalar>(results[c]);
            } else {
                bool stands = false;
                for (std::size_t c = 0; c < In.size(); ++c)
                    if (!Chosen::contains(c)) {
                        *out++ = static_cast<Scalar>(in(c));
                    } else if (!stands) {
                        stands = true;
                        for (std::size_t r = 0; r < given(); ++r)
                            *out++ = static_cast<Scalar>(results[r]);
                    }
            }
        }
    };

    template <class F, class Samples>
        requires requires(typename F::Inner& inner, detail::ColumnsOfSamples<Samples, Chosen> some) {
            Stage::fit(inner, some);
        }
    static void fit(F& fitted, const Samples& samples) {
        Stage::fit(static_cast<typename F::Inner&>(fitted),
                   detail::ColumnsOfSamples<Samples, Chosen>{samples});
    }

    template <class F, class Samples, class Out>
        requires requires(typename F::Inner& inner, detail::ColumnsOfSamples<Samples, Chosen> some,
                          double* (*row)(std::size_t)) { Stage::fit_apply(inner, some, row); }
    static void fit_apply(F& fitted, const Samples& samples, Out out) {
        auto results = samples.column(0);
        results.resize(samples.size() * given());
        Stage::fit_apply(static_cast<typename F::Inner&>(fitted),
                         detail::ColumnsOfSamples<Samples, Chosen>{samples},
                         [&](std::size_t row) { return results.data() + row * given(); });
        for (std::size_t row = 0; row < samples.size(); ++row)
            F::join([&](std::size_t column) { return samples(row, column); }, results.data() + row * given(),
                    out(row));
    }
};

} // namespace burin::data
