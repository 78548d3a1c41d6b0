#pragma once

#include "burin/core/fixed_string.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace burin::data {

/// A column of numbers of a Table. NaN where one is missing.
template <FixedString Name>
struct Numeric {
    static constexpr std::string_view column() { return Name.view(); }
    static constexpr auto name() {
        return Text<Name.size() + 16>("Numeric<\"").append(Name.view()).append("\">");
    }

    struct Fitted {};
};

/// A column of categories of a Table: at most `Most` different texts of at most `Bytes` bytes each, the rest
/// of a longer one is left out of account; `fit` refuses two that then are the same. In a record a category
/// is its code, from 0 on in the order of the texts; NaN where it is missing or one that `fit` has not seen.
template <FixedString Name, std::size_t Most, std::size_t Bytes = 16>
struct Categorical {
    static_assert(Most > 0 && Bytes > 0, "a categorical column has at least one category of one byte");
    static constexpr std::size_t most = Most, bytes = Bytes;
    static constexpr std::string_view column() { return Name.view(); }
    static constexpr auto name() {
        Text<Name.size() + 64> text("Categorical<\"");
        text.append(Name.view()).append("\", ").append(Most);
        if (Bytes != 16)
            text.append(", ").append(Bytes);
        return text.append(">");
    }

    struct Fitted {
        std::array<std::uint32_t, 1> count{};
        std::array<char, Most * Bytes> texts{}; ///< In order, each filled up with NUL.

        /// What of constants from a file can't be.
        constexpr Sentence problem() const noexcept {
            return count[0] <= Most ? Sentence()
                                    : Sentence("expected at most ")
                                          .append(Most)
                                          .append(" categories, got ")
                                          .append(std::size_t{count[0]});
        }
        constexpr std::string_view text(std::size_t code) const noexcept {
            const std::string_view all(texts.data() + code * Bytes, Bytes);
            return all.substr(0, all.find('\0'));
        }
        constexpr float code(std::string_view category) const noexcept {
            category = category.substr(0, Bytes);
            for (std::size_t i = 0; i < count[0]; ++i)
                if (text(i) == category)
                    return static_cast<float>(i);
            return std::numeric_limits<float>::quiet_NaN();
        }
    };
};

/// The columns of a Table, by name and in order, that a pipeline begins with:
///
///     data::Pipeline<data::Columns<data::Numeric<"age">, data::Categorical<"sex", 2>>, …>
///
/// A record is one number a column. On a device, where there is no Table:
///
///     const float record[] = {31.0f, preparation.code<"sex">("female")};
template <class... Each>
struct Columns {
    static_assert(sizeof...(Each) > 0, "Columns names at least one column");
    static constexpr std::size_t count = sizeof...(Each);
    static constexpr std::array<std::string_view, count> names{Each::column()...};

    static constexpr Shape output_shape() { return Shape(count); }
    static constexpr Text<64> name() { return Text<64>("Columns of ").append(count); }

    /// The place of a column. Does not compile for a name that no column has.
    template <FixedString Name>
    static constexpr std::size_t index() {
        constexpr std::size_t place =
            static_cast<std::size_t>(std::find(names.begin(), names.end(), Name.view()) - names.begin());
        static_assert(place < count, "expected the name of a column of this pipeline");
        return place;
    }
    template <std::size_t Index>
    using Column = std::tuple_element_t<Index, std::tuple<Each...>>;

    /// Of column `Index`, one within the other as in a Chain.
    template <class... Rest>
    struct Learnt {};
    template <class Head, class... Rest>
    struct Learnt<Head, Rest...> {
        typename Head::Fitted fitted{};
        Learnt<Rest...> rest{};
    };

    struct Fitted {
        Learnt<Each...> learnt{};

        template <std::size_t Index>
        constexpr const auto& at() const noexcept {
            return get<Index>(learnt);
        }
        template <std::size_t Index>
        constexpr auto& at() noexcept {
            return get<Index>(learnt);
        }
        template <std::size_t Index>
        constexpr float code(std::string_view category) const noexcept {
            static_assert(
                requires { Column<Index>::most; }, "expected a categorical column, got a numeric one");
            return at<Index>().code(category);
        }

      private:
        template <std::size_t Index>
        static constexpr auto& get(auto& learnt) noexcept {
            if constexpr (Index == 0)
                return learnt.fitted;
            else
                return get<Index - 1>(learnt.rest);
        }
    };
};

} // namespace burin::data
