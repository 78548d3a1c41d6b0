#include "burin/decoding/beam_search.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

using namespace burin;
using namespace burin::decoding;

namespace {

constexpr std::size_t length = 5, classes = 3;
constexpr Label first = 1, last = 2;

/// Logits that depend on all labels so far.
std::vector<double> logits(std::span<const Label> labels, unsigned seed) {
    for (Label label : labels)
        seed = seed * 31 + label + 7;
    return random_numbers(classes, seed, -2, 2);
}

template <class Scalar>
auto model_of(unsigned seed) {
    return [seed](auto beginnings, Scalar* scores) {
        for (const auto& beginning : beginnings)
            for (double each : logits({beginning.labels.data(), beginning.length}, seed))
                *scores++ = static_cast<Scalar>(each);
    };
}

struct Found {
    std::vector<Label> labels{first};
    double log_probability = 0;
};

/// All sequences, by recursion.
void find_all(const Found& beginning, unsigned seed, std::vector<Found>& all) {
    if (beginning.labels.size() == length ||
        (beginning.labels.size() > 1 && beginning.labels.back() == last)) {
        all.push_back(beginning);
        return;
    }
    const auto z = logits(beginning.labels, seed);
    double sum = 0;
    for (double each : z)
        sum += std::exp(each);
    for (Label c = 0; c < classes; ++c) {
        Found next = beginning;
        next.labels.push_back(c);
        next.log_probability += z[c] - std::log(sum);
        find_all(next, seed, all);
    }
}

template <class HypothesisType>
std::vector<Label> labels_of(const HypothesisType& hypothesis) {
    return {hypothesis.labels.begin(), hypothesis.labels.begin() + static_cast<long>(hypothesis.length)};
}

} // namespace

TEST_CASE("BeamSearch of width 1 takes the likeliest label each time") {
    for (unsigned seed = 0; seed < 50; ++seed) {
        BeamSearch<length, classes> search;
        const auto found = search({.begin = first, .end = last}, model_of<float>(seed));
        std::vector<Label> expected{first};
        while (expected.size() < length && (expected.size() == 1 || expected.back() != last)) {
            const auto z = logits(expected, seed);
            expected.push_back(static_cast<Label>(std::max_element(z.begin(), z.end()) - z.begin()));
        }
        CHECK(labels_of(found.best()) == expected);
        CHECK(found.best().is_finished == (expected.back() == last));
        CHECK(found.best().written().size() == expected.size() - 1 - found.best().is_finished);
    }
}

TEST_CASE("BeamSearch that is wide enough finds the likeliest of all sequences, in order") {
    for (const double penalty : {0.0, 0.7, 2.0})
        for (unsigned seed = 0; seed < 20; ++seed) {
            std::vector<Found> all;
            find_all({}, seed, all);
            const auto merit = [&](const Found& f) {
                return f.log_probability / std::pow(double(f.labels.size() - 1), penalty);
            };
            std::sort(all.begin(), all.end(),
                      [&](const Found& a, const Found& b) { return merit(a) > merit(b); });
            REQUIRE(all.size() == 1 + 2 + 4 + 24);
            BeamSearch<length, classes, 31, double> search;
            const auto found = search({first, last, penalty}, model_of<double>(seed));
            REQUIRE(found.count == all.size());
            for (std::size_t i = 0; i < all.size(); ++i) {
                CHECK(labels_of(found.hypotheses[i]) == all[i].labels);
                CHECK(found.hypotheses[i].log_probability == doctest::Approx(all[i].log_probability));
            }
        }
}

TEST_CASE("BeamSearch: a wider beam is no worse on the whole, and parents tell where states come from") {
    double narrow = 0, wide = 0;
    for (unsigned seed = 0; seed < 100; ++seed) {
        BeamSearch<length, classes, 1, double> one;
        BeamSearch<length, classes, 4, double> four;
        narrow += one({first, last}, model_of<double>(seed)).best().log_probability;
        std::vector<std::vector<Label>> before{{}};
        const auto model = model_of<double>(seed);
        const auto found = four({first, last}, [&](auto beginnings, double* scores) {
            std::vector<std::vector<Label>> now;
            for (const auto& each : beginnings) {
                std::vector<Label> grown = before[each.parent];
                grown.push_back(each.labels[each.length - 1]);
                CHECK(grown == labels_of(each));
                now.push_back(grown);
            }
            before = now;
            model(beginnings, scores);
        });
        wide += found.best().log_probability;
        for (std::size_t i = 1; i < found.count; ++i)
            CHECK(found.hypotheses[i].log_probability <= found.hypotheses[i - 1].log_probability);
    }
    CHECK(wide > narrow);
}

TEST_CASE("BeamSearch: what the model rules out or calls no number is never written") {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    BeamSearch<4, 3, 3> search;
    const auto only_zeros = search({first, last}, [&](auto beginnings, float* scores) {
        for (std::size_t i = 0; i < beginnings.size(); ++i, scores += 3) {
            scores[0] = 1;
            scores[1] = scores[2] = -infinity;
        }
    });
    REQUIRE(only_zeros.count == 1);
    CHECK(labels_of(only_zeros.best()) == std::vector<Label>{first, 0, 0, 0});
    CHECK(!only_zeros.best().is_finished);
    const auto nothing = search({first, last}, [&](auto, float* scores) {
        std::fill_n(scores, 3, std::numeric_limits<float>::quiet_NaN());
    });
    REQUIRE(nothing.count == 1);
    CHECK(nothing.best().written().empty());
}
