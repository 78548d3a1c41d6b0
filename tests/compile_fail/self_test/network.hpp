#pragma once

// A network that speaks as the library does, in a sentence so long that clang prints it in pieces.

#include "burin/core/diagnosis.hpp"
#include "burin/core/text.hpp"

#include <cstddef>

template <std::size_t Inputs, std::size_t Expected>
struct Examined {
    static constexpr burin::Sentence problem = [] {
        burin::Sentence sentence;
        if (Inputs != Expected)
            sentence.append("this network: expected ").append(Expected).append(" inputs, got ").append(Inputs);
        return sentence;
    }();
};

template <std::size_t Inputs, std::size_t Expected>
struct Network : burin::core::DiagnosisOf<Examined<Inputs, Expected>> {};
