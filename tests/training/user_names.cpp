// What a user calls types and functions of his own, beside `using namespace burin`: each of these names is,
// or was nearly, one of the library's inside.
#include "burin/burin.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <memory>

using namespace burin;

/// A layer: y = x / 2.
struct Half : Elementwise<Half> {
    static constexpr std::size_t cost = 1;
    static constexpr Text<64> name() { return "Half"; }
    template <class Vector>
    static Vector value(const Vector& x) noexcept {
        return x * Vector(typename Vector::value_type(0.5));
    }
    template <class Vector>
    static Vector gradient(const Vector& dy, const Vector&) noexcept {
        return value(dy);
    }
};

using Network = Sequential<Input<4>, Half, Dense<2>>;

struct Range {
    double low = 0, high = 1;
};
struct Scale {
    double factor = 2;
};
struct Frame {
    int number = 0;
};
struct Position {
    double x = 0, y = 0;
};
struct Objective {};
struct Progress {};
struct Sampled {};
struct Plan {};
struct Chain {};
struct Arena {};
struct Links {};
struct Values {};
struct Layout {};
struct Diagnosis {};
struct Wrong {};
struct Product {};
struct Panel {};
struct Machine {};
struct Step {};
struct Value {};
struct Choice {};
struct TensorView {};
struct LoweredNode {};
struct Tile {};
struct Recipe {};

template <class T>
concept Number = sizeof(T) <= 8;

constexpr int narrow(double number) {
    return static_cast<int>(number);
}
constexpr double multiply(double a, const Scale& by) {
    return a * by.factor;
}
constexpr double rounded(double number, double, double) {
    return number;
}
constexpr int execute(const Plan&) {
    return 3;
}
constexpr int batch_of(int count) {
    return count;
}
constexpr int lower(int letter) {
    return letter + 32;
}
inline constexpr int hana = 1, engine_count = 2;

template <Number T>
constexpr T middle(const Range& range) {
    return static_cast<T>((range.low + range.high) / 2);
}

TEST_CASE("a user's types may be called as the library's inner ones") {
    static_assert(narrow(multiply(1.25, Scale{})) == 2 && middle<double>(Range{}) == 0.5);
    static_assert(execute(Plan{}) + lower('A') + hana == 'a' + 4 && rounded(0.5, 0, 1) == 0.5);
    static_assert(sizeof(Frame) == sizeof(int) && Position{}.x == 0 && engine_count == 2 &&
                  batch_of(1) == 1 && decltype(batch<32>)::value == 32);
    static_assert((sizeof(Objective) + sizeof(Progress) + sizeof(Sampled) + sizeof(Chain) + sizeof(Arena) +
                   sizeof(Links) + sizeof(Values) + sizeof(Layout) + sizeof(Diagnosis) + sizeof(Wrong) +
                   sizeof(Product) + sizeof(Panel) + sizeof(Machine) + sizeof(Step) + sizeof(Value) +
                   sizeof(Choice) + sizeof(TensorView) + sizeof(LoweredNode) + sizeof(Tile) +
                   sizeof(Recipe)) == 20);
    auto parameters = std::make_unique<Parameters<Network>>();
    parameters->values.fill(1);
    const std::array<float, 4> input{1, 2, 3, 4};
    Predictor<Network> predictor;
    CHECK(predictor(*parameters, input)[0] == 6);
}
