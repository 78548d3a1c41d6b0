#pragma once

#include "burin/core/language.hpp"

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace burin::core {

namespace detail {

/// What converts to any member of Whole. Not to a class that it derives from: so that the members of that are
/// counted.
template <class Whole>
struct AnyField {
    template <class T>
        requires(!std::is_base_of_v<T, Whole>)
    operator T() const noexcept {
        __builtin_unreachable(); // Only asked about, but a tuple's constructor wants it to be there.
    }
};
template <class Whole>
struct AnyBase {
    template <class T>
        requires(std::is_base_of_v<T, Whole> && !std::is_same_v<T, Whole>)
    operator T() const noexcept;
};

template <class T>
struct FieldCount {
    using Any = AnyField<T>;

    template <std::size_t>
    using AnyAt = Any;
    template <std::size_t... I>
    static constexpr bool takes_each(std::index_sequence<I...>) {
        return requires { T{AnyAt<I>{}...}; };
    }
    template <std::size_t Count>
    static constexpr bool takes = takes_each(std::make_index_sequence<Count>{});

    static constexpr std::size_t most = 16;
    static constexpr std::size_t value = []<std::size_t... I>(std::index_sequence<I...>) {
        std::size_t largest = 0;
        ((largest = takes<I + 1> ? I + 1 : largest), ...);
        return largest;
    }(std::make_index_sequence<most + 1>{});

    /// Whether the initializer at place Index belongs to an array of C, which takes several of them.
    template <std::size_t... Before, std::size_t... Behind>
    static constexpr bool is_of_array(std::index_sequence<Before...>, std::index_sequence<Behind...>) {
        return requires { T{AnyAt<Before>{}..., {Any{}, Any{}}}; } &&
               !requires { T{AnyAt<Before>{}..., {Any{}, Any{}}, AnyAt<Behind>{}...}; };
    }
    static constexpr bool has_base = requires { T{AnyBase<T>{}}; };
    static constexpr bool has_base_and_more = requires { T{AnyBase<T>{}, Any{}}; };
    // A base class takes the first braces for its own.
    static constexpr bool has_array = []<std::size_t... I>(std::index_sequence<I...>) {
        return ((!(has_base && I == 0) &&
                 is_of_array(std::make_index_sequence<I>{}, std::make_index_sequence<value - 1 - I>{})) ||
                ...);
    }(std::make_index_sequence<value>{});
};

template <class T>
inline constexpr std::size_t field_count = [] {
    if constexpr (requires { T::field_count; })
        return T::field_count;
    else
        return FieldCount<T>::value;
}();

template <class T, class Visit>
constexpr auto with_fields(T& whole, Visit visit) {
    constexpr std::size_t count = field_count<std::remove_const_t<T>>;
    if constexpr (count == 1) {
        auto& [f0] = whole;
        return visit(f0);
    } else if constexpr (count == 2) {
        auto& [f0, f1] = whole;
        return visit(f0, f1);
    } else if constexpr (count == 3) {
        auto& [f0, f1, f2] = whole;
        return visit(f0, f1, f2);
    } else if constexpr (count == 4) {
        auto& [f0, f1, f2, f3] = whole;
        return visit(f0, f1, f2, f3);
    } else if constexpr (count == 5) {
        auto& [f0, f1, f2, f3, f4] = whole;
        return visit(f0, f1, f2, f3, f4);
    } else if constexpr (count == 6) {
        auto& [f0, f1, f2, f3, f4, f5] = whole;
        return visit(f0, f1, f2, f3, f4, f5);
    } else if constexpr (count == 7) {
        auto& [f0, f1, f2, f3, f4, f5, f6] = whole;
        return visit(f0, f1, f2, f3, f4, f5, f6);
    } else if constexpr (count == 8) {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7] = whole;
        return visit(f0, f1, f2, f3, f4, f5, f6, f7);
    } else if constexpr (count == 9) {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8] = whole;
        return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8);
    } else if constexpr (count == 10) {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9] = whole;
        return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9);
    } else if constexpr (count == 11) {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10] = whole;
        return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10);
    } else if constexpr (count == 12) {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11] = whole;
        return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11);
    } else if constexpr (count == 13) {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12] = whole;
        return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12);
    } else if constexpr (count == 14) {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13] = whole;
        return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13);
    } else if constexpr (count == 15) {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14] = whole;
        return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14);
    } else if constexpr (count == 16) {
        auto& [f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15] = whole;
        return visit(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15);
    }
}

/// Never defined: it is there for the addresses of its members, which a compiler spells with their names.
template <class T>
struct Specimen {
    T value;
};
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal"
#pragma clang diagnostic ignored "-Wundefined-var-template"
#endif
template <class T>
extern const Specimen<T> specimen;

template <class Field>
struct FieldPointer {
    const Field* pointer;
};
template <class Field>
FieldPointer(const Field*) -> FieldPointer<Field>;

template <class T, std::size_t Index>
consteval auto field_pointer() {
    return with_fields(specimen<T>.value, []<class... Fields>(const Fields&... fields) {
        return FieldPointer{std::get<Index>(std::tuple<const Fields*...>{&fields...})};
    });
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

template <auto Pointer>
consteval std::string_view spelling_with() {
    return __PRETTY_FUNCTION__;
}

/// `(& specimen<T>.Specimen<T>::value.T::name)}; …` of g++, `&specimen.value.name}]` of clang.
template <class T, std::size_t Index>
consteval std::string_view field_name() {
    std::string_view text = spelling_with<field_pointer<T, Index>()>();
    text = text.substr(0, text.rfind('}'));
    text = text.substr(0, text.size() - text.ends_with(')'));
    return text.substr(text.find_last_of(".:") + 1);
}

} // namespace detail

/// Whether `for_each_field` can take a type apart: an aggregate of at most 16 members, no array of C among
/// them, all of them its own or all of one class that it derives from; or a class that says how many members
/// it has, all of them public, in `static constexpr std::size_t field_count`.
template <class T>
inline constexpr bool has_fields = [] {
    if constexpr (requires { T::field_count; }) {
        return true;
    } else if constexpr (std::is_aggregate_v<T> && std::is_class_v<T> && !std::is_empty_v<T>) {
        using Count = detail::FieldCount<T>;
        if constexpr (Count::value == 0 || Count::value > Count::most || Count::has_base_and_more)
            return false;
        else
            return !Count::has_array;
    } else {
        return false;
    }
}();

/// Calls visit(name, field) for each member of a type that has_fields, in order: how options are told by
/// name, and how what a struct has added up is saved, without a list of either.
template <class T, class Visit>
    requires has_fields<std::remove_cvref_t<T>>
constexpr void for_each_field(T&& whole, Visit visit) {
    detail::with_fields(whole, [&]<class... Fields>(Fields&... fields) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (visit(detail::field_name<std::remove_cvref_t<T>, I>(), fields), ...);
        }(std::index_sequence_for<Fields...>{});
    });
}

} // namespace burin::core
