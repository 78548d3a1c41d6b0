#pragma once

#include "network.hpp"

#include <burin/core/random.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

/// Says words as a machine does: a buzz and a hiss through three resonances that move from sound to sound.
namespace speaker {

/// A sound of speech: where the throat resonates, in hertz, how loud its buzz and its hiss are, and for how
/// long.
struct Phone {
    double resonances[3];
    double buzz, hiss;
    double milliseconds;
};

inline constexpr Phone yes[] = {
    {{280, 2250, 2900}, 1, 0, 90}, {{550, 1800, 2500}, 1, 0, 150}, {{4200, 5200, 6300}, 0, 1, 160}};
inline constexpr Phone no[] = {
    {{250, 1100, 2300}, 0.6, 0, 90}, {{520, 900, 2400}, 1, 0, 170}, {{350, 750, 2300}, 0.8, 0, 120}};
inline constexpr Phone up[] = {
    {{670, 1200, 2400}, 1, 0, 150}, {{500, 1000, 2400}, 0, 0, 70}, {{800, 1500, 2700}, 0, 0.8, 50}};
inline constexpr Phone down[] = {{{1700, 2700, 3700}, 0.2, 0.5, 30},
                                 {{760, 1300, 2500}, 1, 0, 130},
                                 {{400, 800, 2300}, 1, 0, 110},
                                 {{250, 1100, 2300}, 0.6, 0, 120}};

/// What lets one frequency through, and little beside it.
class Resonance {
  public:
    double operator()(double input, double hertz) {
        constexpr double pi = std::numbers::pi, width = 90;
        const double radius = std::exp(-pi * width / hearing::sample_rate);
        const double output = input * (1 - radius) +
                              2 * radius * std::cos(2 * pi * hertz / hearing::sample_rate) * last_ -
                              radius * radius * before_;
        before_ = last_;
        last_ = output;
        return output;
    }

  private:
    double last_ = 0, before_ = 0;
};

/// A second in which word number `number` % 5 is said, by a voice of its own, sooner or later, in some noise.
inline std::vector<float> say(std::size_t number) {
    constexpr std::array<std::span<const Phone>, hearing::words.size()> phones{std::span<const Phone>{}, yes,
                                                                               no, up, down};
    const burin::RandomStream random{5, burin::Purpose::user, static_cast<std::uint32_t>(number)};
    const double pitch = 90 * std::exp2(1.3 * random.uniform(0)), size = 0.88 + 0.24 * random.uniform(1);
    const double pace = 0.8 + 0.5 * random.uniform(2), begin = 0.05 + 0.25 * random.uniform(3);
    const double level = 0.1 + 0.4 * random.uniform(4), noise = 0.02 * random.uniform(5);

    std::vector<float> sound(hearing::sample_rate);
    std::size_t next = static_cast<std::size_t>(begin * hearing::sample_rate), draw = 8;
    Resonance resonators[3];
    double turn = 0, buzz = 0, hiss = 0, hertz[3] = {500, 1500, 2500};
    const auto towards = [](double& value, double goal) { value += (goal - value) * 0.004; };
    for (const Phone& phone : phones[number % phones.size()])
        for (std::size_t left =
                 static_cast<std::size_t>(phone.milliseconds / pace * hearing::sample_rate / 1000);
             left > 0 && next < sound.size(); --left, ++next) {
            towards(buzz, phone.buzz);
            towards(hiss, phone.hiss);
            turn = std::fmod(turn + pitch / hearing::sample_rate, 1.0);
            const double source = buzz * (1 - 2 * turn) + hiss * (2 * random.uniform(draw++) - 1);
            double output = 0;
            for (std::size_t i = 0; i < 3; ++i) {
                towards(hertz[i], size * phone.resonances[i]);
                output += resonators[i](source, hertz[i]) / static_cast<double>(i + 1);
            }
            sound[next] = static_cast<float>(8 * level * output);
        }
    for (float& sample : sound)
        sample =
            std::clamp(sample + static_cast<float>(noise * (2 * random.uniform(draw++) - 1)), -1.0F, 1.0F);
    return sound;
}

} // namespace speaker
