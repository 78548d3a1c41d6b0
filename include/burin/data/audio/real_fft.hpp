#pragma once

#include "burin/schedules/arithmetic.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace burin::data::audio {

template <class Scalar>
struct Complex {
    Scalar re, im;
};

namespace detail {

/// What a transform does with its numbers.
template <class Scalar>
struct FftArithmetic {
    static constexpr Scalar of(double value) noexcept { return static_cast<Scalar>(value); }
    /// A sum need not be made smaller to have room.
    template <int>
    static constexpr Complex<Scalar> divided(Complex<Scalar> a) noexcept {
        return a;
    }
    static constexpr Complex<Scalar> product(Complex<Scalar> a, Complex<Scalar> b) noexcept {
        return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
    }
    static constexpr Scalar half(Scalar a) noexcept { return a * Scalar(0.5); }
};

/// Numbers from −1 to 1 in steps of 2⁻¹⁵, rounded after each multiplication.
template <>
struct FftArithmetic<std::int16_t> {
    static constexpr int bits = 15, one = (1 << bits) - 1;

    static constexpr std::int16_t of(double value) noexcept {
        const double scaled = one * value + 0.5;
        const int whole = static_cast<int>(scaled);
        return static_cast<std::int16_t>(whole > scaled ? whole - 1 : whole);
    }
    static constexpr std::int16_t rounded(std::int32_t product) noexcept {
        return static_cast<std::int16_t>((product + (1 << (bits - 1))) >> bits);
    }
    template <int Divisor>
    static constexpr Complex<std::int16_t> divided(Complex<std::int16_t> a) noexcept {
        return {rounded(a.re * (one / Divisor)), rounded(a.im * (one / Divisor))};
    }
    static constexpr Complex<std::int16_t> product(Complex<std::int16_t> a,
                                                   Complex<std::int16_t> b) noexcept {
        return {rounded(a.re * b.re - a.im * b.im), rounded(a.re * b.im + a.im * b.re)};
    }
    static constexpr std::int16_t half(int a) noexcept { return static_cast<std::int16_t>(a >> 1); }
};

/// e^(−iπ · turn), for a turn from 0 to 2.
template <class Scalar>
constexpr Complex<Scalar> on_circle(double turn) noexcept {
    const auto cosine = [](double half_turns) {
        return schedules::detail::cosine_of_half_turn(half_turns > 1 ? 2 - half_turns : half_turns);
    };
    using A = FftArithmetic<Scalar>;
    return {A::of(cosine(turn)), A::of(cosine(turn < 1.5 ? turn + 0.5 : turn - 1.5))};
}

template <class Scalar>
constexpr Complex<Scalar> sum(Complex<Scalar> a, Complex<Scalar> b) noexcept {
    return {static_cast<Scalar>(a.re + b.re), static_cast<Scalar>(a.im + b.im)};
}
template <class Scalar>
constexpr Complex<Scalar> difference(Complex<Scalar> a, Complex<Scalar> b) noexcept {
    return {static_cast<Scalar>(a.re - b.re), static_cast<Scalar>(a.im - b.im)};
}
/// −i · a.
template <class Scalar>
constexpr Complex<Scalar> turned(Complex<Scalar> a) noexcept {
    return {a.im, static_cast<Scalar>(-a.re)};
}

} // namespace detail

/// The spectrum of `Size` real samples, a power of two from 4 to 65536:
///
///     X[k] = Σ x[n] · e^(−2πi · k · n / Size), k from 0 to Size / 2
///
/// of floats or doubles; of 16-bit integers divided by Size, so that it has room, in the arithmetic of KISS
/// FFT's `FIXED_POINT=16`, to the same bits. The tables of the circle are constants. Freestanding; needs no
/// memory but the spectrum.
///
///     std::array<Complex<float>, 257> spectrum;
///     RealFft<float, 512>::transform([&](std::size_t n) { return samples[n]; }, spectrum.data());
///
/// Two samples are taken for one complex number, whose transform of half the size is taken apart afterwards
/// (Press et al., "Numerical Recipes", 12.3); that one goes by fours, and by twos once (Cooley and Tukey,
/// 1965).
template <class Scalar, std::size_t Size>
    requires(std::floating_point<Scalar> || std::same_as<Scalar, std::int16_t>)
class RealFft {
    static_assert(Size >= 4 && Size <= 65536 && (Size & (Size - 1)) == 0,
                  "RealFft: expected a power of two from 4 to 65536 as its size");

    using Number = Complex<Scalar>;
    using A = detail::FftArithmetic<Scalar>;

  public:
    static constexpr std::size_t bins = Size / 2 + 1;

    /// Writes `bins` numbers to `spectrum`. `sample(n)` is asked once for each n below Size.
    template <class Sample>
    static void transform(const Sample& sample, Number* spectrum) noexcept {
        for (std::size_t n = 0; n < half; ++n)
            spectrum[places[n]] = {sample(2 * n), sample(2 * n + 1)};
        std::size_t length = 1;
        if constexpr (goes_by_twos)
            for (; length < 2; length *= 2)
                for (std::size_t first = 0; first < half; first += 2)
                    two(spectrum + first);
        for (; length < half; length *= 4)
            for (std::size_t first = 0; first < half; first += 4 * length)
                for (std::size_t k = 0; k < length; ++k)
                    four(spectrum + first + k, length, k * (half / (4 * length)));
        take_apart(spectrum);
    }

  private:
    static constexpr std::size_t half = Size / 2;
    static constexpr bool goes_by_twos = [] {
        std::size_t rest = half;
        while (rest % 4 == 0)
            rest /= 4;
        return rest == 2;
    }();

    static constexpr auto circle = [] {
        std::array<Number, half - half / 4> table{};
        for (std::size_t i = 0; i < table.size(); ++i)
            table[i] = detail::on_circle<Scalar>(2 * static_cast<double>(i) / static_cast<double>(half));
        return table;
    }();
    /// By which the odd samples' part is turned.
    static constexpr auto odd_circle = [] {
        std::array<Number, half / 2 + 1> table{};
        for (std::size_t i = 0; i < table.size(); ++i)
            table[i] = detail::on_circle<Scalar>(static_cast<double>(i) / static_cast<double>(half) + 0.5);
        return table;
    }();

    /// Where each number stands before the first step: its digits the other way round.
    static constexpr auto places = [] {
        std::array<std::uint16_t, half> table{};
        for (std::size_t n = 0; n < half; ++n) {
            std::size_t digits = n, place = 0;
            for (std::size_t rest = half; rest > 1;) {
                const std::size_t radix = rest % 4 == 0 ? 4 : 2;
                rest /= radix;
                place += digits % radix * rest;
                digits /= radix;
            }
            table[n] = static_cast<std::uint16_t>(place);
        }
        return table;
    }();

    static void two(Number* at) noexcept {
        const Number a = A::template divided<2>(at[0]);
        const Number b = A::product(A::template divided<2>(at[1]), circle[0]);
        at[0] = detail::sum(a, b);
        at[1] = detail::difference(a, b);
    }

    static void four(Number* at, std::size_t apart, std::size_t angle) noexcept {
        const Number a = A::template divided<4>(at[0]);
        const Number b = A::product(A::template divided<4>(at[apart]), circle[angle]);
        const Number c = A::product(A::template divided<4>(at[2 * apart]), circle[2 * angle]);
        const Number d = A::product(A::template divided<4>(at[3 * apart]), circle[3 * angle]);
        const Number even = detail::sum(a, c), odd = detail::sum(b, d);
        const Number other = detail::difference(a, c), quarter = detail::turned(detail::difference(b, d));
        at[0] = detail::sum(even, odd);
        at[apart] = detail::sum(other, quarter);
        at[2 * apart] = detail::difference(even, odd);
        at[3 * apart] = detail::difference(other, quarter);
    }

    /// From the transform of pairs of samples to that of samples.
    static void take_apart(Number* spectrum) noexcept {
        const Number first = A::template divided<2>(spectrum[0]);
        spectrum[0] = {static_cast<Scalar>(first.re + first.im), Scalar(0)};
        spectrum[half] = {static_cast<Scalar>(first.re - first.im), Scalar(0)};
        for (std::size_t k = 1; k <= half / 2; ++k) {
            const Number a = A::template divided<2>(spectrum[k]);
            const Number from_end = spectrum[half - k];
            const Number b = A::template divided<2>(Number{from_end.re, static_cast<Scalar>(-from_end.im)});
            const Number even = detail::sum(a, b);
            const Number odd = A::product(detail::difference(a, b), odd_circle[k]);
            spectrum[k] = {A::half(even.re + odd.re), A::half(even.im + odd.im)};
            spectrum[half - k] = {A::half(even.re - odd.re), A::half(odd.im - even.im)};
        }
    }
};

} // namespace burin::data::audio
