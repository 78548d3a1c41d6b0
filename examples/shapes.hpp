#pragma once

#include <burin/core/random.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

/// Images of bright figures on a dark, noisy ground, with what is known of them.
namespace shapes {

enum class Kind : std::uint32_t { disc, square, triangle };

/// Upright, `radius` from the middle to the sides.
struct Figure {
    Kind kind{};
    float x = 0;
    float y = 0;
    float radius = 0;

    bool covers(float at_x, float at_y) const {
        const float dx = at_x - x, dy = at_y - y;
        switch (kind) {
        case Kind::disc:
            return dx * dx + dy * dy <= radius * radius;
        case Kind::square:
            return std::max(std::abs(dx), std::abs(dy)) <= radius;
        case Kind::triangle:
            return std::abs(dy) <= radius && std::abs(dx) <= (dy + radius) / 2;
        }
        return false;
    }
};

/// Numbers drawn one after the other.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : stream_{seed, burin::Purpose::user, 0} {}

    float between(float low, float high) {
        return low + (high - low) * static_cast<float>(stream_.uniform(next_++));
    }
    std::uint32_t below(std::uint32_t bound) { return stream_.below(bound, next_++); }

  private:
    burin::RandomStream stream_;
    std::uint64_t next_ = 0;
};

/// A figure that lies wholly inside a square image.
inline Figure draw_figure(Dice& dice, std::uint32_t kinds, std::size_t side, float smallest, float largest) {
    Figure figure{static_cast<Kind>(dice.below(kinds))};
    figure.radius = dice.between(smallest, largest);
    const float last = static_cast<float>(side) - 1 - figure.radius;
    figure.x = dice.between(figure.radius, last);
    figure.y = dice.between(figure.radius, last);
    return figure;
}

/// Grey values of the figures, each of a brightness of its own, under noise of ± 0.2.
inline std::vector<float> paint(Dice& dice, const std::vector<Figure>& figures, std::size_t side) {
    std::vector<float> image(side * side);
    std::vector<float> brightness;
    for (std::size_t i = 0; i < figures.size(); ++i)
        brightness.push_back(dice.between(0.5f, 0.8f));
    for (std::size_t row = 0; row < side; ++row)
        for (std::size_t column = 0; column < side; ++column) {
            float& pixel = image[row * side + column];
            pixel = 0.2f + dice.between(-0.2f, 0.2f);
            for (std::size_t i = 0; i < figures.size(); ++i)
                if (figures[i].covers(static_cast<float>(column), static_cast<float>(row)))
                    pixel = brightness[i] + dice.between(-0.2f, 0.2f);
        }
    return image;
}

} // namespace shapes
