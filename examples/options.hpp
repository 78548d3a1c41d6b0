#pragma once

#include <burin/core/error.hpp>

#include <charconv>
#include <cstddef>
#include <map>
#include <string>

/// A command line of `--name value` pairs. Throws burin::Error for a name that is not among the defaults, for
/// a name without a value and for a number that is none.
class Options {
  public:
    Options(int argc, char** argv, std::map<std::string, std::string> defaults)
        : values_(std::move(defaults)) {
        for (int i = 1; i < argc; i += 2) {
            const auto found = values_.find(argv[i]);
            if (found == values_.end())
                throw burin::Error("command line: expected " + names() + ", got '" + argv[i] + "'");
            if (i + 1 == argc)
                throw burin::Error("command line: expected a value after " + found->first + ", got the end");
            found->second = argv[i + 1];
        }
    }

    const std::string& operator[](const std::string& name) const { return values_.at(name); }

    std::size_t number(const std::string& name) const {
        const std::string& text = values_.at(name);
        std::size_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size())
            throw burin::Error("command line: expected a whole number after " + name + ", got '" + text +
                               "'");
        return value;
    }

  private:
    std::string names() const {
        std::string all;
        for (const auto& [name, value] : values_)
            all += (all.empty() ? "" : " or ") + name;
        return all;
    }

    std::map<std::string, std::string> values_;
};
