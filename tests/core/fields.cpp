#include "burin/core/fields.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace {

struct FromNumber {
    double value = 0;
    constexpr FromNumber() = default;
    constexpr FromNumber(double number) : value(number) {}
};
class Closed {
  public:
    int value() const { return value_; }

  private:
    int value_ = 0;
};
enum class Kind { one, two };

struct Plain {
    double rate = 0.5;
    int count = 3;
    bool is_on = true;
};
struct Derived : Plain {};
struct More : Plain {
    int more = 0;
};
struct WithArray {
    int first = 0;
    double three[3]{};
};
struct Every {
    Plain plain{};
    Kind kind = Kind::two;
    FromNumber number{};
    std::array<double, 2> pair{1, 2};
    std::tuple<Plain> alone{};
    std::tuple<Plain, Derived> both{};
    std::span<const double> list{};
    std::string_view text = "text";
    const char* pointer = nullptr;
    Closed closed{};
    Derived derived{};
};
template <class Inner>
struct Wrapper {
    Inner optimizer{};
    double value{};
};
struct Nothing {};
struct Constructed : private Nothing {
    static constexpr std::size_t field_count = 2;
    int first = 1, second = 2;
    Constructed() = default;
    explicit Constructed(int number) : first(number) {}
};
struct Sixteen {
    int a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, last;
};
struct Seventeen {
    int a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, last;
};

template <class T>
std::string names(const T& whole) {
    std::string text;
    burin::core::for_each_field(whole, [&](std::string_view name, const auto&) {
        text.append(text.empty() ? "" : " ").append(name);
    });
    return text;
}

} // namespace

using burin::core::for_each_field;
using burin::core::has_fields;

TEST_CASE("for_each_field: names and values of a struct's members, in order") {
    CHECK(names(Plain{}) == "rate count is_on");
    CHECK(names(Derived{}) == "rate count is_on");
    CHECK(names(Wrapper<Wrapper<Plain>>{}) == "optimizer value");
    CHECK(names(Every{}) == "plain kind number pair alone both list text pointer closed derived");
    CHECK(names(Constructed(3)) == "first second");
    CHECK(names(Sixteen{}).ends_with(" a15 last"));
    std::string text;
    for_each_field(Plain{.rate = 2, .count = 7, .is_on = false},
                   [&](std::string_view, auto value) { text += std::to_string(value) + " "; });
    CHECK(text == "2.000000 7 0 ");
}

TEST_CASE("for_each_field: members of a variable can be changed") {
    Plain plain;
    for_each_field(plain, [](std::string_view, auto& value) { value = {}; });
    CHECK(plain.rate == 0);
    CHECK(plain.count == 0);
    CHECK(!plain.is_on);
}

TEST_CASE("has_fields: what can't be taken apart") {
    CHECK(has_fields<Every>);
    CHECK(!has_fields<More>);
    CHECK(!has_fields<WithArray>);
    CHECK(!has_fields<Closed>);
    CHECK(!has_fields<Nothing>);
    CHECK(!has_fields<Seventeen>);
    CHECK(!has_fields<double>);
    CHECK(!has_fields<int[2]>);
    CHECK(!has_fields<Kind>);
    CHECK(!has_fields<std::tuple<int, int>>);
}
