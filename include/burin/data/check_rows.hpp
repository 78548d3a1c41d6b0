#pragma once

#include "burin/core/label.hpp"
#include "burin/data/dataset.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

/// Rows of values that are the same, in one set of rows or in two.
namespace burin::data::detail {

/// The bits by which numbers are compared: zeros are the same, and so are all NaN.
inline std::uint64_t number_key(double value) noexcept {
    return std::bit_cast<std::uint64_t>(std::isnan(value) ? std::numeric_limits<double>::quiet_NaN()
                                        : value == 0      ? 0.0
                                                          : value);
}

/// Another number for each pair, with few that are the same (the finaliser of MurmurHash3 by Austin Appleby).
constexpr std::uint64_t mixed(std::uint64_t hash, std::uint64_t key) noexcept {
    std::uint64_t bits = hash * 31 + key;
    bits = (bits ^ (bits >> 33)) * 0xFF51AFD7ED558CCD;
    bits = (bits ^ (bits >> 33)) * 0xC4CEB9FE1A85EC53;
    return bits ^ (bits >> 33);
}

/// The samples of a data set.
template <class Target, class Scalar>
class DatasetRows {
  public:
    explicit DatasetRows(const Dataset<Target, Scalar>& samples) : samples_(samples) {}

    std::size_t size() const noexcept { return samples_.size(); }
    std::size_t width() const noexcept { return samples_.input_shape().size(); }
    double value(std::size_t row, std::size_t feature) const {
        return static_cast<double>(samples_.input(row)[feature]);
    }
    std::uint64_t key(std::size_t row, std::size_t feature) const { return number_key(value(row, feature)); }
    std::string name(std::size_t feature) const { return std::to_string(feature); }
    std::size_t categories(std::size_t) const noexcept { return 0; }
    bool is_date(std::size_t) const noexcept { return false; }

    std::uint64_t target_key(std::size_t row) const {
        std::uint64_t hash = 0;
        for (const Target target : samples_.target(row))
            hash = mixed(hash, number_key(static_cast<double>(target)));
        return hash;
    }
    template <class ClassCheck>
    std::vector<ClassCheck> classes() const {
        std::vector<ClassCheck> found;
        if constexpr (std::is_same_v<Target, Label>)
            if (samples_.target_size() == 1) {
                // Labels far beyond the number of samples are no classes that could be listed.
                for (std::size_t row = 0; row < size(); ++row) {
                    const std::size_t label = samples_.target(row)[0];
                    if (label >= found.size() && label < size() + 1000)
                        found.resize(label + 1);
                    if (label < found.size())
                        ++found[label].samples;
                }
                for (std::size_t c = 0; c < found.size(); ++c)
                    found[c].name = std::to_string(c);
            }
        return found;
    }

  private:
    const Dataset<Target, Scalar>& samples_;
};

struct SameRows {
    std::size_t row, other;
};

/// For each of `rows` that is like a row of `others`, the first such row. Where both are the same, a row is
/// compared with those before it.
template <class Rows>
std::vector<SameRows> same_rows(const Rows& rows, const Rows& others) {
    struct Entry {
        std::uint64_t hash;
        std::size_t row;
    };
    const auto hash_of = [](const Rows& of, std::size_t row) {
        std::uint64_t hash = 0;
        for (std::size_t c = 0; c < of.width(); ++c)
            hash = mixed(hash, of.key(row, c));
        return hash;
    };
    std::vector<Entry> known(others.size());
    for (std::size_t row = 0; row < known.size(); ++row)
        known[row] = {hash_of(others, row), row};
    std::sort(known.begin(), known.end(), [](const Entry& a, const Entry& b) {
        return a.hash != b.hash ? a.hash < b.hash : a.row < b.row;
    });
    std::vector<SameRows> same;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::uint64_t hash = hash_of(rows, row);
        auto found = std::lower_bound(known.begin(), known.end(), hash,
                                      [](const Entry& entry, std::uint64_t of) { return entry.hash < of; });
        for (; found != known.end() && found->hash == hash; ++found) {
            if (&rows == &others && found->row >= row)
                break;
            std::size_t c = 0;
            while (c < rows.width() && rows.key(row, c) == others.key(found->row, c))
                ++c;
            if (c == rows.width()) {
                same.push_back({row, found->row});
                break;
            }
        }
    }
    return same;
}
template <class Rows>
std::vector<SameRows> same_rows(const Rows& rows) {
    return same_rows(rows, rows);
}

} // namespace burin::data::detail
