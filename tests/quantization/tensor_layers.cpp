#include "burin/tensors.hpp"
#include "float_comparison.hpp"

#include <doctest/doctest.h>

using namespace burin;

namespace {

template <class First, class Second, class LayerType>
using OfTwo =
    Graph<Inputs<Node<"a", First>, Node<"b", Second>>, Node<"y", LayerType, From<"a", "b">>, Outputs<"y">>;

} // namespace

TEST_CASE("int8 reductions: sums and means within half a step, the largest and the least exactly") {
    check_all<Sequential<Input<3, 5, 17>, ReduceMean<Axis<0>, Axis<2>>>,
              Sequential<Input<5, 21>, ReduceMean<Axis<0>, KeepAxes>, ReLU>,
              Sequential<Input<5, 21>, ReduceSum<Axis<0>>>, Sequential<Input<3, 5>, ReduceSum<>>>();
    check_all<Sequential<Input<3, 5, 17>, ReduceMax<Axis<0>, Axis<2>>>,
              Sequential<Input<5, 21>, ReduceMin<Axis<0>>>, Sequential<Input<5, 21>, ReduceMax<>>>(0);
}

TEST_CASE("int8 Broadcast is the merge of what is repeated; Gather keeps every element") {
    check_all<OfTwo<Input<3, 5, 7>, Input<7>, Broadcast<Multiply>>,
              OfTwo<Input<3, 5, 7>, Input<3, 5, 1>, Broadcast<Add>>,
              OfTwo<Input<5, 1>, Input<7>, Broadcast<Subtract>>>();
    check_all<Sequential<Input<3, 5, 4>, Gather<Indices<4, 0, 4>, Axis<1>>>>(0);
    static_assert(!quantization::Int8Layer<Broadcast<Maximum>>::is_supported);
}
