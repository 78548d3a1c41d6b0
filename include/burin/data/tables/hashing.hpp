#pragma once

#include "burin/core/text.hpp"
#include "burin/data/tables/murmur_hash.hpp"
#include "burin/data/tables/one_hot.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::data {

/// A column of whole numbers of which there may be any (users, articles) becomes Buckets columns of which one
/// is 1 or −1: the hash of the number says which and which sign. Numbers that share a bucket are told apart
/// in part by the sign. Nothing is learnt.
///
///     using Preparation = data::Pipeline<Input<4>, data::Hashing<0, 32>>;
///
/// The values are those of scikit-learn's FeatureHasher for the number's decimal text. A missing value, and
/// what is no whole number of at most 2⁵³, become zeros; floats hold whole numbers up to 2²⁴. Weinberger et
/// al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009.
template <std::size_t Column, std::size_t Buckets>
struct Hashing : detail::EncodeColumn<Column, Buckets, Buckets> {
    using Encode = detail::EncodeColumn<Column, Buckets, Buckets>;

    static constexpr Text<64> name() {
        return Text<64>("Hashing<").append(Column).append(", ").append(Buckets).append(">");
    }

    template <Shape In, class Scalar>
    struct Fitted {
        static constexpr void apply(const Scalar* in, Scalar* out) noexcept {
            Scalar* const bucket = Encode::pass(In.size(), in, out);
            for (std::size_t b = 0; b < Buckets; ++b)
                bucket[b] = 0;
            const bool negative = in[Column] < 0;
            const Scalar size = negative ? -in[Column] : in[Column];
            if (!(size <= static_cast<Scalar>(0x1p53)))
                return;
            const auto whole = static_cast<std::uint64_t>(size);
            if (static_cast<Scalar>(whole) != size)
                return;
            Text<24> digits(negative ? "-" : "");
            std::uint64_t power = 1;
            while (whole / power >= 10)
                power *= 10;
            for (; power > 0; power /= 10)
                digits.append(static_cast<std::size_t>(whole / power % 10));
            const auto hash = static_cast<std::int32_t>(murmur_hash(digits.view()));
            const std::uint32_t distance =
                hash < 0 ? 0u - static_cast<std::uint32_t>(hash) : static_cast<std::uint32_t>(hash);
            bucket[distance % Buckets] = hash < 0 ? Scalar(-1) : Scalar(1);
        }
    };
};

} // namespace burin::data
