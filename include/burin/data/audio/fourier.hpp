#pragma once

#include "burin/core/language.hpp"

#include <kissfft/kiss_fft.h>

#include <cmath>
#include <complex>
#include <cstddef>
#include <memory>
#include <new>
#include <numbers>
#include <span>
#include <vector>

namespace burin::data::audio::detail {

/// The discrete Fourier transform of an even number of real samples, and back. One may be used by several
/// threads at a time, unlike KISS FFT's of real samples, which computes in its own memory: it is made here of
/// the transform of half as many complex numbers, x[0] + i · x[1] and so on.
class FourierTransform {
  public:
    /// What each caller has of its own.
    struct Scratch {
        std::vector<kiss_fft_cpx> packed, transformed;
    };

    explicit FourierTransform(std::size_t size) : half_(size / 2), turns_(half_ + 1) {
        forward_.reset(kiss_fft_alloc(static_cast<int>(half_), 0, nullptr, nullptr));
        backward_.reset(kiss_fft_alloc(static_cast<int>(half_), 1, nullptr, nullptr));
        if (!forward_ || !backward_)
            throw std::bad_alloc();
        for (std::size_t k = 0; k <= half_; ++k) {
            const double angle = -std::numbers::pi * static_cast<double>(k) / static_cast<double>(half_);
            turns_[k] = {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
        }
    }

    std::size_t size() const noexcept { return 2 * half_; }
    std::size_t bins() const noexcept { return half_ + 1; }
    Scratch scratch() const { return {std::vector<kiss_fft_cpx>(half_), std::vector<kiss_fft_cpx>(half_)}; }

    /// spectrum[k] = Σ samples[n] · e^(−2πi · k · n / size), of which the upper half is left out.
    void transform(std::span<const float> samples, std::span<std::complex<float>> spectrum,
                   Scratch& scratch) const {
        for (std::size_t i = 0; i < half_; ++i)
            scratch.packed[i] = {samples[2 * i], samples[2 * i + 1]};
        kiss_fft(forward_.get(), scratch.packed.data(), scratch.transformed.data());
        for (std::size_t k = 0; k <= half_; ++k) {
            const std::complex<float> here = of(scratch.transformed[k % half_]),
                                      mirrored = std::conj(of(scratch.transformed[(half_ - k) % half_]));
            const std::complex<float> even = here + mirrored, odd = times(turns_[k], here - mirrored);
            // (even − i · odd) / 2
            spectrum[k] = {0.5F * (even.real() + odd.imag()), 0.5F * (even.imag() - odd.real())};
        }
    }

    /// The samples of a spectrum: what `transform` was given.
    void invert(std::span<const std::complex<float>> spectrum, std::span<float> samples,
                Scratch& scratch) const {
        for (std::size_t k = 0; k < half_; ++k) {
            const std::complex<float> mirrored = std::conj(spectrum[half_ - k]);
            const std::complex<float> even = spectrum[k] + mirrored,
                                      odd = times(std::conj(turns_[k]), spectrum[k] - mirrored);
            // even + i · odd
            scratch.packed[k] = {even.real() - odd.imag(), even.imag() + odd.real()};
        }
        kiss_fft(backward_.get(), scratch.packed.data(), scratch.transformed.data());
        const float scale = 1 / static_cast<float>(size());
        for (std::size_t i = 0; i < half_; ++i) {
            samples[2 * i] = scale * scratch.transformed[i].r;
            samples[2 * i + 1] = scale * scratch.transformed[i].i;
        }
    }

  private:
    struct Free {
        void operator()(kiss_fft_state* plan) const { kiss_fft_free(plan); }
    };
    using Plan = std::unique_ptr<kiss_fft_state, Free>;

    static std::complex<float> of(kiss_fft_cpx value) noexcept { return {value.r, value.i}; }
    /// Without a look at infinities, as `operator*` has one.
    static std::complex<float> times(std::complex<float> a, std::complex<float> b) noexcept {
        return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
    }

    std::size_t half_;
    std::vector<std::complex<float>> turns_; ///< e^(−2πi · k / size)
    Plan forward_, backward_;
};

} // namespace burin::data::audio::detail
