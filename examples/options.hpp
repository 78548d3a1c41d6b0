#pragma once

#include <burin/core/error.hpp>
#include <burin/core/printable.hpp>

#include <charconv>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iomanip>
#include <map>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>

/// How a program ends that something was thrown through: says what it was, in one line. For the handler of a
/// whole `main`.
inline int failure(const char* program) {
    try {
        throw;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", program, burin::core::printable(error.what()).c_str());
    }
    return EXIT_FAILURE;
}

/// A command line of `--name value` pairs. Throws burin::Error for a name that is not among the defaults, for
/// a name without a value and for a number that is none.
class Options {
  public:
    Options(int argc, char** argv, std::map<std::string, std::string> defaults)
        : values_(std::move(defaults)) {
        for (int i = 1; i < argc; i += 2) {
            const auto found = values_.find(argv[i]);
            if (found == values_.end())
                throw burin::Error("command line: expected " + names() + ", got " +
                                   burin::core::quoted(argv[i]));
            if (i + 1 == argc)
                throw burin::Error("command line: expected a value after " + found->first + ", got the end");
            found->second = argv[i + 1];
        }
    }

    const std::string& operator[](const std::string& name) const { return values_.at(name); }

    /// A whole number within these bounds. Throws burin::Error for anything else.
    std::size_t number(const std::string& name, std::size_t least = 0, std::size_t most = 1'000'000) const {
        return parsed<std::size_t>(name, "a whole number", least, most);
    }
    /// The same for one that need not be whole.
    double real(const std::string& name, double least, double most) const {
        return parsed<double>(name, "a number", least, most);
    }

  private:
    template <class Number>
    Number parsed(const std::string& name, const char* what, Number least, Number most) const {
        const std::string& text = values_.at(name);
        Number value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size() || !(least <= value && value <= most)) {
            std::ostringstream bounds;
            bounds << least << " to " << std::setprecision(17) << most;
            throw burin::Error("command line: expected " + std::string(what) + " from " + bounds.str() +
                               " after " + name + ", got " + burin::core::quoted(text));
        }
        return value;
    }

    std::string names() const {
        std::string all;
        for (const auto& [name, value] : values_)
            all += (all.empty() ? "" : " or ") + name;
        return all;
    }

    std::map<std::string, std::string> values_;
};
