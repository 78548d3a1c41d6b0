#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/csv.hpp"
#include "burin/data/number_text.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::data {

/// How rows of CSV become samples.
struct CsvRowsOptions {
    std::size_t target_column = 0; ///< From 0; all others are the inputs.
    double divisor = 1;            ///< Of the inputs.
    Shape shape{};                 ///< Of the inputs; by default one axis.
    csv::Options csv{};            ///< Its `max_bytes` is not used: the file is never held as a whole.
    std::size_t max_bytes = std::numeric_limits<std::size_t>::max(); ///< Of the file, unpacked.
};

/// Rows of numbers in a CSV file, plain or gzip, that are read in turn, for Streamed: the file may be larger
/// than memory. It is read once when it is opened, so that its rows are counted and what is wrong in it is
/// told before anything is trained.
///
/// Throws Error, naming line and column, as `csv::read` and `from_table` do: for what is no number, for a
/// label that is no whole number from 0 on, for numbers beyond the range of Scalar.
template <class Target = Label, class Scalar = float>
class CsvRows {
  public:
    using TargetType = Target;
    using ScalarType = Scalar;

    explicit CsvRows(std::string path, CsvRowsOptions options = {})
        : path_(std::move(path)), options_(std::move(options)) {
        if (options_.divisor == 0 || !std::isfinite(options_.divisor))
            throw Error("CsvRows: expected a divisor that is finite and not 0, got " +
                        number_text(options_.divisor));
        options_.csv.same_length = true;
        Cursor cursor = open();
        if (!cursor.read_row())
            throw Error(path_ + ": expected at least one row, got none");
        const std::size_t columns = cursor.columns();
        if (options_.target_column >= columns || columns < 2)
            throw Error(path_ + ": expected a target column below " + std::to_string(columns) +
                        " and another column, got " + std::to_string(options_.target_column));
        if (options_.shape.rank == 0)
            options_.shape = Shape(columns - 1);
        if (options_.shape.size() != columns - 1)
            throw Error(path_ + ": expected a shape of " + std::to_string(columns - 1) +
                        " inputs, got one of " + std::to_string(options_.shape.size()));
        std::vector<Scalar> input(columns - 1);
        Target target[1] = {};
        do {
            cursor.convert(std::span<Scalar>(input), std::span<Target>(target));
            ++size_;
        } while (cursor.read_row());
    }

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    Shape input_shape() const noexcept { return options_.shape; }
    std::size_t target_size() const noexcept { return 1; }

    class Cursor;
    Cursor open() const {
        return core::within_memory(path_, [&] { return Cursor(*this); });
    }

  private:
    std::string path_;
    CsvRowsOptions options_;
    std::size_t size_ = 0;
};

/// Where the file is read.
template <class Target, class Scalar>
class CsvRows<Target, Scalar>::Cursor {
  public:
    explicit Cursor(const CsvRows& rows)
        : bytes_(std::make_unique<ByteStream>(rows.path_, rows.options_.max_bytes)),
          splitter_(std::make_unique<csv::detail::Splitter>(*bytes_, rows.options_.csv)),
          row_{bytes_->name(), rows.options_.csv.allow_not_finite}, target_(rows.options_.target_column),
          divisor_(rows.options_.divisor) {}

    /// Fills the spans with the next sample; false behind the last.
    bool next(std::span<Scalar> input, std::span<Target> target) {
        if (!read_row())
            return false;
        convert(input, target);
        return true;
    }

    /// @cond
    bool read_row() {
        row_.values.clear();
        return splitter_->next(row_);
    }
    std::size_t columns() const noexcept { return row_.values.size(); }
    void convert(std::span<Scalar> input, std::span<Target> target) const {
        for (std::size_t column = 0, place = 0; column < row_.values.size(); ++column) {
            const double value = row_.values[column];
            if (column != target_) {
                input[place++] = narrow<Scalar>(value / divisor_, column);
            } else if constexpr (std::is_same_v<Target, Label>) {
                if (!(value >= 0 && value <= std::numeric_limits<Label>::max() && value == std::floor(value)))
                    fail(column, "a label (a whole number from 0 on)");
                target[0] = static_cast<Label>(value);
            } else {
                target[0] = narrow<Target>(value, column);
            }
        }
    }
    /// @endcond

  private:
    /// The numbers of one row.
    struct Row {
        static constexpr std::size_t longest_field = csv::detail::NumberRows<double>::longest_field;
        static constexpr bool takes_nul = csv::detail::NumberRows<double>::takes_nul;

        void name(const std::string&) const noexcept {}
        void field(std::string_view text, std::size_t first_line, std::size_t column) {
            double value = 0;
            const std::string expected = text.size() > longest_field
                                             ? std::string("a number")
                                             : csv::detail::read_number(text, allow_not_finite, value);
            if (!expected.empty())
                throw Error(csv::detail::at(file, first_line, column) + "expected " + expected + ", got " +
                            ::burin::core::quoted(text));
            values.push_back(value);
        }
        void row(std::size_t first_line, std::size_t) noexcept { line = first_line; }

        std::string file;
        bool allow_not_finite;
        std::vector<double> values{};
        std::size_t line = 0;
    };

    template <class To>
    To narrow(double value, std::size_t column) const {
        const auto result = static_cast<To>(value);
        if (!std::isfinite(result) && std::isfinite(row_.values[column]))
            fail(column, sizeof(To) == sizeof(float) ? "a number within the range of float"
                                                     : "a number within the range of double");
        return result;
    }
    [[noreturn]] void fail(std::size_t column, const char* expected) const {
        throw Error(csv::detail::at(row_.file, row_.line, column + 1) + "expected " + expected + ", got " +
                    number_text(row_.values[column]));
    }

    std::unique_ptr<ByteStream> bytes_;
    std::unique_ptr<csv::detail::Splitter> splitter_;
    Row row_;
    std::size_t target_;
    double divisor_;
};

} // namespace burin::data
