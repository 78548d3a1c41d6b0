// Whether a customer leaves, told where the record is made: texts and missing numbers in, two logits out.
// Pipeline and weights stay in flash. On a computer with -DBURIN_SCALAR it prints the same, bit for bit.
#include "customer_preparation.hpp"
#include "customer_records.hpp"
#include "customer_weights.hpp"
#include "machine/machine.hpp"

#include <burin/data/prepared_predictor.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>

namespace {

using customers::Preparation;

constexpr std::size_t stack = 1024;
burin::data::PreparedPredictor<Preparation, customers::Network> predictor;
static_assert(sizeof predictor <= 512);
static_assert(Preparation::scratch_bytes <= 256);

std::array<float, Preparation::input_size> record_of(const customers::Customer& customer) {
    std::array<float, Preparation::input_size> record;
    std::copy(std::begin(customer.numbers), std::end(customer.numbers), record.begin());
    record[5] = prepared::preparation.code<"contract">(customer.contract);
    record[6] = prepared::preparation.code<"city">(customer.city);
    return record;
}

} // namespace

int main() {
    std::size_t leaving = 0;
    for (const customers::Customer& customer : records::all) {
        const std::span<const float> logits =
            predictor(prepared::preparation, weights::parameters, record_of(customer));
        leaving += logits[1] > logits[0];
        burin::Text<64> line;
        for (const float logit : logits)
            for (int place = 28; place >= 0; place -= 4)
                line.append(std::string_view(
                    &"0123456789abcdef"[(std::bit_cast<std::uint32_t>(logit) >> place) & 15], 1));
        machine::write(line.append(logits[1] > logits[0] ? " leaves\n" : " stays\n").view());
    }
    burin::Text<64> line;
    machine::write(
        line.append(leaving).append(" of ").append(std::size(records::all)).append(" leave\n").view());
    const bool fits = machine::report_memory(sizeof predictor + stack);
    return fits && leaving > 0 && leaving < std::size(records::all) ? 0 : 1;
}
