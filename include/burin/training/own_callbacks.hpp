#pragma once

#include "burin/training/callback.hpp"

#include <memory>
#include <tuple>
#include <type_traits>

namespace burin::detail {

template <class T>
auto own_callback(T& callback) {
    if constexpr (std::is_pointer_v<T>) {
        auto copy = callback == nullptr ? nullptr : std::make_unique<std::remove_pointer_t<T>>(*callback);
        callback = copy.get();
        return copy;
    } else {
        return std::tuple<>{}; // It is a copy by itself.
    }
}

/// Puts copies in the place of callbacks that are given as pointers, and returns what owns them: trainings
/// that run side by side would change the same ones at the same time.
template <class Callbacks>
auto own_callbacks(Callbacks& callbacks) {
    return std::apply([](auto&... each) { return std::make_tuple(own_callback(each)...); },
                      callback_tuple(callbacks));
}

} // namespace burin::detail
