#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::io::detail {

/// Reads the JSON of a .nam file. Numbers under a key `weights` go into vectors of floats, in whose order an
/// index stands in the tree; all else is little and becomes a tree, of which there may be so many values and
/// so many levels. So a file takes no more memory than a small multiple of its size, whatever it says.
class NamJson {
  public:
    static constexpr std::size_t most_values = 100'000, most_levels = 32;

    nlohmann::json tree;
    std::vector<std::vector<float>> weights;
    std::string problem;

    explicit NamJson(std::span<const char> text) {
        nlohmann::json::sax_parse(text.begin(), text.end(), this);
        if (problem.empty() && !tree.is_object())
            problem = "expected a JSON object, found " + std::string(tree.type_name());
    }

    // What the parser calls.
    bool null() { return add(nullptr); }
    bool boolean(bool value) { return add(value); }
    bool number_integer(std::int64_t value) { return number(static_cast<double>(value), value); }
    bool number_unsigned(std::uint64_t value) { return number(static_cast<double>(value), value); }
    bool number_float(double value, const std::string&) { return number(value, value); }
    bool string(std::string& value) { return add(std::move(value)); }
    bool binary(nlohmann::json::binary_t&) { return false; }
    bool key(std::string& name) {
        key_ = std::move(name);
        if (open_.back()->contains(key_))
            return refuse("expected each name once, found '" + core::printable(key_, 40) + "' twice");
        return true;
    }
    bool start_object(std::size_t) { return open(nlohmann::json::object()); }
    bool start_array(std::size_t) {
        if (!open_.empty() && open_.back()->is_object() && key_ == "weights") {
            in_weights_ = true;
            weights.emplace_back();
            return open(nlohmann::json(weights.size() - 1));
        }
        return open(nlohmann::json::array());
    }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) {
        if (problem.empty())
            problem = "expected JSON, found text that is none (" + core::printable(error.what(), 300) + ")";
        return false;
    }

  private:
    bool refuse(std::string what) {
        problem = std::move(what);
        return false;
    }

    template <class Value>
    bool number(double number, Value value) {
        if (!in_weights_)
            return add(value);
        if (!(std::abs(number) <= static_cast<double>(std::numeric_limits<float>::max())))
            return refuse("weights[" + std::to_string(weights.back().size()) +
                          "]: expected a number that a float holds, found " + nlohmann::json(number).dump());
        weights.back().push_back(static_cast<float>(number));
        return true;
    }

    template <class Value>
    bool add(Value&& value) {
        return put(std::forward<Value>(value)) != nullptr;
    }

    template <class Value>
    nlohmann::json* put(Value&& value) {
        if (in_weights_) {
            refuse("weights[" + std::to_string(weights.back().size()) + "]: expected a number");
            return nullptr;
        }
        if (++count_ > most_values) {
            refuse("expected at most " + std::to_string(most_values) +
                   " values beside the weights, found more");
            return nullptr;
        }
        if (open_.empty())
            return &(tree = std::forward<Value>(value));
        if (open_.back()->is_array()) {
            open_.back()->push_back(std::forward<Value>(value));
            return &open_.back()->back();
        }
        return &((*open_.back())[key_] = std::forward<Value>(value));
    }

    bool open(nlohmann::json&& value) {
        if (open_.size() == most_levels)
            return refuse("expected at most " + std::to_string(most_levels) +
                          " levels of lists and objects, found more");
        const bool is_weights = std::exchange(in_weights_, false);
        // A list within the weights is none of them.
        if (is_weights && value.is_structured())
            return refuse("weights[" + std::to_string(weights.back().size()) +
                          "]: expected a number, found a list or an object");
        nlohmann::json* const place = put(std::move(value));
        in_weights_ = is_weights;
        if (place != nullptr)
            open_.push_back(place);
        return place != nullptr;
    }

    bool close() {
        in_weights_ = false;
        open_.pop_back();
        return true;
    }

    std::vector<nlohmann::json*> open_;
    std::string key_;
    std::size_t count_ = 0;
    bool in_weights_ = false;
};

} // namespace burin::io::detail
