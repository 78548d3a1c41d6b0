#pragma once

#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

/// Checks a streaming metric against its reference, without and with weights: all at once, in two parts, merged of
/// two, and gone on from its state.
template <burin::Shape Output, class M, class Scalar, class Target>
void check_metric(M metric, const std::vector<Scalar>& outputs, const std::vector<Target>& targets,
                  const std::vector<Scalar>& weights, const double (&expected)[2], double tolerance = 1e-12) {
    INFO("for " << std::string(M::name));
    const std::size_t rows = weights.size(), first = rows / 3;
    const std::size_t per_row = targets.size() / rows;
    for (const bool weighted : {false, true}) {
        const Scalar* const w = weighted ? weights.data() : nullptr;
        const auto update = [&](M& each, std::size_t begin, std::size_t end) {
            each.template update<Output>(outputs.data() + begin * Output.size(), targets.data() + begin * per_row,
                                         end - begin, w == nullptr ? w : w + begin);
        };
        CAPTURE(weighted);
        M whole = metric, parts = metric, one = metric, other = metric, again = metric;
        update(whole, 0, rows);
        CHECK(whole.result() == doctest::Approx(expected[weighted]).epsilon(tolerance));
        update(parts, 0, first);
        again.restore(parts.state());
        update(parts, first, rows);
        update(again, first, rows);
        CHECK(again.result() == parts.result());
        CHECK(parts.result() == doctest::Approx(expected[weighted]).epsilon(tolerance));
        update(one, 0, first);
        update(other, first, rows);
        one.merge(other);
        CHECK(one.result() == doctest::Approx(expected[weighted]).epsilon(tolerance));
        one.reset();
        update(one, 0, rows);
        CHECK(one.result() == whole.result());
    }
}
