#pragma once

#include "burin/core/error.hpp"
#include "support/allocations.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string_view>

/// How often `run` is an Error for want of memory while its first, second, … allocation fails. After each,
/// `check` sees that nothing is half done.
template <class Run, class Check>
std::size_t refusals(Run run, Check check) {
    for (std::size_t number = 1;; ++number) {
        bool refused = false;
        allocations::count = 0;
        allocations::refused = number;
        try {
            run();
        } catch (const burin::Error& error) {
            refused = std::string_view(error.what()).ends_with("expected what fits into memory, got more");
        } catch (...) {
            allocations::refused = 0;
            throw;
        }
        allocations::refused = 0;
        if (allocations::count < number)
            return number - 1;
        CHECK(refused);
        check();
    }
}
template <class Run>
std::size_t refusals(Run run) {
    return refusals(run, [] {});
}
