#pragma once

#include "burin/data/tables/one_hot.hpp"

#include <array>
#include <cstddef>

namespace burin::data {

/// A column of codes, whole numbers from 0 to Categories − 1, becomes the share of the training samples that
/// have the same: `FrequencyEncoder<3, 500>`. A missing value is none of them and becomes 0, as does when
/// applied whatever is no such number; `fit` refuses the latter with its place.
///
///     using Preparation = data::Pipeline<Input<4>, data::FrequencyEncoder<3, 500>>;
template <std::size_t Column, std::size_t Categories>
struct FrequencyEncoder : detail::EncodeColumn<Column, Categories, 1> {
    using Encode = detail::EncodeColumn<Column, Categories, 1>;

    static constexpr Text<64> name() {
        return Text<64>("FrequencyEncoder<").append(Column).append(", ").append(Categories).append(">");
    }

    template <Shape In, class Scalar>
    struct Fitted {
        std::array<Scalar, Categories> share{};

        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            const std::size_t code = detail::code_of<Categories>(in[Column]);
            *Encode::pass(In.size(), in, out) = code < Categories ? share[code] : Scalar(0);
        }
    };

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        using Scalar = typename decltype(fitted.share)::value_type;
        std::array<std::size_t, Categories + 1> counts{};
        for (std::size_t i = 0; i < samples.size(); ++i)
            ++counts[detail::training_code<Categories>(samples, i, Column)];
        for (std::size_t c = 0; c < Categories; ++c)
            fitted.share[c] =
                static_cast<Scalar>(static_cast<double>(counts[c]) / static_cast<double>(samples.size()));
    }
};

} // namespace burin::data
