// Prepares a raw sample and answers as a microcontroller would: constants in flash, the rest in .bss.

#include "burin/core/set_macros_aside.hpp"

#include "burin/embedded.hpp"

#include "burin/core/restore_macros.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <span>

struct Halve {
    static constexpr burin::Text<64> name() { return "Halve"; }
    static constexpr burin::Shape output_shape(burin::Shape input) { return input; }

    template <burin::Shape In, std::floating_point Scalar>
    struct Fitted {
        std::array<Scalar, In.size()> share{};

        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            for (std::size_t i = 0; i < In.size(); ++i)
                out[i] = in[i] * share[i];
        }
    };
};

using Preparation = burin::data::Pipeline<
    burin::data::Columns<burin::data::Numeric<"age">, burin::data::Categorical<"sex", 2>>, Halve, Halve>;
using Net = burin::Sequential<burin::Input<2>, burin::Dense<3>>;

constexpr Preparation preparation{};
burin::Parameters<Net> tensors;
burin::data::PreparedPredictor<Preparation, Net> predictor;

float answer(float age, const char* sex) {
    const std::array<float, 2> record{age, preparation.code<"sex">(sex)};
    return predictor(preparation, tensors, record)[0];
}
