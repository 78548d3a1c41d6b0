#include "burin/layers/softmax.hpp"
#include "support/activation_checks.hpp"

#include <doctest/doctest.h>

using namespace burin;
using namespace activation_checks;

TEST_CASE_TEMPLATE("Softmax and LogSoftmax agree with PyTorch, row by row", Scalar, float, double) {
    const double tolerance = sizeof(Scalar) == 8 ? 1e-12 : 5e-6;
    for (std::size_t row = 0; row < 4; ++row) {
        const std::vector<Scalar> x(r::rows_x + 11 * row, r::rows_x + 11 * row + 11);
        const std::vector<Scalar> dy(r::rows_dy + 11 * row, r::rows_dy + 11 * row + 11);
        const auto part = [&](const double(&all)[44]) {
            return std::vector<double>(all + 11 * row, all + 11 * row + 11);
        };
        check_close(LayerRun<Sequential<Input<11>, Softmax>, Scalar>{}.infer(x), part(r::softmax_y),
                    tolerance);
        check_close(LayerRun<Sequential<Input<11>, LogSoftmax>, Scalar>{}.infer(x), part(r::log_softmax_y),
                    tolerance);
        check_close(input_gradient<Scalar, Input<11>, Softmax>(x, dy), part(r::softmax_dx), tolerance);
        check_close(input_gradient<Scalar, Input<11>, LogSoftmax>(x, dy), part(r::log_softmax_dx), tolerance);
    }
}

TEST_CASE("Softmax and LogSoftmax: gradients match central differences for all widths") {
    check_differences<Softmax, 1>();
    check_differences<Softmax, 3>();
    check_differences<Softmax, 8>();
    check_differences<Softmax, 13>();
    check_differences<LogSoftmax, 1>();
    check_differences<LogSoftmax, 5>();
    check_differences<LogSoftmax, 9>();
}

TEST_CASE("Softmax works on the last axis, for every position") {
    const auto x = random_numbers(2 * 3 * 5, 8, -2, 2);
    const auto whole = LayerRun<Sequential<Input<3, 5>, Softmax>>{}.infer(x);
    const auto flat = LayerRun<Sequential<Input<5>, Softmax>>{}.infer(x);
    CHECK(whole == flat);
}
