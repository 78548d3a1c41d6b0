// Files and paths that mean harm, one of each kind: all that comes of them is an Error that says where.

#include "burin/data/csv.hpp"
#include "burin/data/digits.hpp"
#include "burin/data/idx.hpp"
#include "burin/data/read_file.hpp"

#include "support/allocations.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace csv = burin::data::csv;
namespace idx = burin::data::idx;
using burin::Shape;
using burin::data::read_file;

namespace {

using namespace std::string_literals;

/// A packed file of `before` and zeros to `size` in all.
void write_bomb(const std::string& path, std::string_view before, std::size_t size) {
    const gzFile file = gzopen(path.c_str(), "wb9");
    if (file == nullptr)
        throw std::runtime_error("can't write " + path);
    gzwrite(file, before.data(), static_cast<unsigned>(before.size()));
    const std::vector<char> zeros(std::size_t{1} << 20);
    for (std::size_t left = size - before.size(); left > 0;) {
        const std::size_t part = std::min(left, zeros.size());
        gzwrite(file, zeros.data(), static_cast<unsigned>(part));
        left -= part;
    }
    if (gzclose(file) != Z_OK)
        throw std::runtime_error("can't write " + path);
}

/// The message of the Error that `run` throws while it may hold at most so many bytes.
template <class Run>
std::string error_within(std::size_t bytes, Run run) {
    allocations::most = allocations::current + bytes;
    const std::string error = error_of(run);
    allocations::most = std::numeric_limits<std::size_t>::max();
    return error;
}

std::string digits_with(std::string_view grey) {
    std::string text(grey);
    for (int i = 0; i < 64; ++i)
        text += ",1";
    return text + "\n";
}

} // namespace

TEST_CASE("csv: what is not finite is refused where it is, unless it is asked for") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.csv";
    for (const char* text :
         {"nan", "NaN", "-nan", "+nan", "nan(0x123)", "inf", "-INF", "Infinity", " inf "}) {
        CAPTURE(text);
        write_bytes(path, "1,2\n3," + std::string(text) + "\n");
        CHECK(error_of([&] {
                  csv::read(path);
              }).starts_with(path + ": line 2, column 2: expected a finite number, got '"));
        const csv::Numbers taken = csv::read(path, {.allow_not_finite = true});
        CHECK(!std::isfinite(taken(1, 1)));
        CHECK(std::isnan(taken(1, 1)) == (std::strpbrk(text, "aA") != nullptr));
    }
    write_bytes(path, "nan,1\n");
    CHECK(error_of([&] { csv::read(path); }) ==
          path + ": line 1, column 1: expected a finite number, got 'nan'");
}

TEST_CASE("csv: what exceeds the numbers' range is refused, what is too small for it is 0") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.csv";
    const std::string many_zeros(400, '0');
    for (const std::string& text :
         {"1e999"s, "-1e309"s, "1" + many_zeros, "0." + many_zeros + "1e800", "1e99999999999999999999999"s}) {
        CAPTURE(text);
        write_bytes(path, "0\n" + text + "\n");
        CHECK(
            error_of([&] {
                csv::read(path);
            }).starts_with(path + ": line 2, column 1: expected a number within the range of double, got '"));
        const double sign = text.starts_with('-') ? -1 : 1;
        CHECK(csv::read(path, {.allow_not_finite = true}).values[1] ==
              sign * std::numeric_limits<double>::infinity());
    }
    for (const std::string& text : {"1e-999"s, "-1e-400"s, "0." + many_zeros + "1",
                                    "1" + many_zeros + "e-800", "1e-99999999999999999999999"s}) {
        CAPTURE(text);
        write_bytes(path, text + "\n");
        CHECK(csv::read(path).values[0] == 0);
        CHECK(std::signbit(csv::read(path).values[0]) == text.starts_with('-'));
    }
    write_bytes(path, "1e300,1\n");
    CHECK(csv::read(path)(0, 0) == 1e300);
    CHECK(error_of([&] { csv::read<float>(path); }) ==
          path + ": line 1, column 1: expected a number within the range of float, got '1e300'");
    write_bytes(path, "1e-300,3.5\n");
    CHECK(csv::read<float>(path).values == std::vector<float>{0, 3.5F});
    write_bytes(path, std::string(5000, '1') + "\n");
    CHECK(error_of([&] { csv::read(path); }) ==
          path + ": line 1, column 1: expected a number, got '" + std::string(40, '1') + " …'");
}

TEST_CASE("csv: control characters reach no terminal, and a NUL ends no message") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.csv";
    write_bytes(path, "\x1b[2J\x1b]0;owned\x07,2\n");
    CHECK(error_of([&] { csv::read(path); }) ==
          path + ": line 1, column 1: expected a number, got '\\x1B[2J\\x1B]0;owned\\x07'");
    write_bytes(path, std::string(1000, '\0'));
    CHECK(error_of([&] { csv::read(path); }) == path +
                                                    ": line 1, column 1: expected a number, got "
                                                    "'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00 …'");
    CHECK(error_of([&] { csv::read_text(path); }) ==
          path + ": line 1, column 1: expected text, got NUL at offset 0");
    write_bytes(path, "a,b\n1,\"x" + std::string(1, '\0') + "\"\n");
    CHECK(error_of([&] { csv::read_text(path); }) ==
          path + ": line 2, column 2: expected text, got NUL at offset 8");
    write_bytes(path, "\"a\"\x1b\n");
    CHECK(error_of([&] { csv::read(path); }).ends_with("got '\\x1B'"));
    CHECK(error_of([&] { csv::read(path, {.delimiter = '\n'}); }) ==
          path + ": expected a delimiter that is no quote, no line end and no NUL, got '\\n'");
}

TEST_CASE("from_table: a number that the samples' type does not hold is refused with its place") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.csv";
    const auto load = [&](std::size_t target, double divisor = 1) {
        return error_of([&] { burin::data::from_table(csv::read(path), target, Shape(1), divisor); });
    };
    write_bytes(path, "x,y\n0,1\n1e300,1\n");
    CHECK(error_of([&] { burin::data::from_table(csv::read(path, {.header = true}), 1, Shape(1)); }) ==
          "from_table: row 1, column 0: expected a number within the range of float, got 1e+300 in " + path +
              ": line 3, column 1");
    write_bytes(path, "1e300,1\n");
    CHECK(load(1).starts_with("from_table: row 0, column 0: expected a number within the range of float"));
    CHECK(burin::data::from_table<burin::Label, double>(csv::read(path), 1, Shape(1)).input(0)[0] == 1e300);
    CHECK(error_of([&] {
              burin::data::from_table<float>(csv::read(path), 0, Shape(1));
          }).starts_with("from_table: row 0, column 0: expected a number within the range of float"));
    write_bytes(path, "1e30,1\n");
    CHECK(load(1, 1e-30).starts_with("from_table: row 0, column 0: expected a number within"));
    CHECK(load(1, 0) == "from_table: expected a divisor that is finite and not 0, got 0");
    CHECK(load(1, std::nan("")) == "from_table: expected a divisor that is finite and not 0, got nan");
    // Labels of 32 bits; -0 is 0.
    write_bytes(path, "1,-0\n1,4294967295\n");
    CHECK(burin::data::from_table(csv::read(path), 1, Shape(1)).target(0)[0] == 0);
    for (const char* label : {"4294967296", "18446744073709551616", "-1", "1e300", "0.5"}) {
        write_bytes(path, "1," + std::string(label) + "\n");
        CHECK(load(1).starts_with(
            "from_table: row 0, column 1: expected a label (a whole number from 0 on), "));
    }
}

TEST_CASE("idx: what is not finite or exceeds the elements' range is refused, unless it is asked for") {
    const std::string big("\0\0\x0e\x01\0\0\0\x01\x7e\x37\xe4\x3c\x88\x00\x75\x9c", 16);
    CHECK(idx::parse<double>(big, "a").values[0] == 1e300);
    CHECK(error_of([&] { idx::parse<float>(big, "a"); }) ==
          "a: offset 8: expected a number within the range of float, got 1e+300");
    CHECK(idx::parse<float>(big, "a", {.allow_not_finite = true}).values[0] ==
          std::numeric_limits<float>::infinity());
    const std::string nan("\0\0\x0d\x01\0\0\0\x02\0\0\0\0\x7f\xc0\0\0", 16);
    for (const auto& error :
         {error_of([&] { idx::parse<float>(nan, "a"); }), error_of([&] { idx::parse<double>(nan, "a"); })})
        CHECK(error == "a: offset 12: expected a finite number, got nan");
    CHECK(std::isnan(idx::parse<double>(nan, "a", {.allow_not_finite = true}).values[1]));
    CHECK(error_of([&] {
              idx::parse<int>(nan, "a", {.allow_not_finite = true});
          }).starts_with("a: offset 12: expected a whole number from "));
}

TEST_CASE("load_digits: grey values are from 0 to 16") {
    const TemporaryDirectory directory;
    const std::string path = directory / "digits.csv";
    const auto load = [&] { return error_of([&] { burin::data::load_digits(path); }); };
    write_bytes(path, digits_with("nan"));
    CHECK(load() == path + ": line 1, column 1: expected a finite number, got 'nan'");
    CHECK(std::isnan(burin::data::load_digits(path, {.allow_not_finite = true}).input(0)[0]));
    write_bytes(path, digits_with("-1e30"));
    CHECK(load() == path + ": line 1, column 1: expected a grey value from 0 to 16, got -1e+30");
    write_bytes(path, digits_with("1") + digits_with("16.5"));
    CHECK(load() == path + ": line 2, column 1: expected a grey value from 0 to 16, got 16.5");
    write_bytes(path, digits_with("1e39"));
    CHECK(load() == path + ": line 1, column 1: expected a number within the range of float, got '1e39'");
}

TEST_CASE("gzip: what stands behind a member is a further member or an error that says where") {
    const TemporaryDirectory directory;
    const std::string path = directory / "a.csv.gz";
    write_gzip(path, "1,2\n3,4\n");
    const std::string member = bytes_of(path);
    for (const std::string& behind : {"5,6\n7,8\n"s, "\0"s, "x"s}) {
        write_bytes(path, member + behind);
        for (const std::string& error :
             {error_of([&] { csv::read(path); }), error_of([&] { read_file(path); })})
            CHECK(error == path + ": offset " + std::to_string(member.size()) +
                               ": expected the end of the file or a further gzip member, got " +
                               burin::core::quoted(behind));
    }
    write_bytes(path, member + member);
    CHECK(csv::read(path).rows() == 4);
    for (std::size_t length = 1; length < member.size(); ++length) {
        CAPTURE(length);
        write_bytes(path, member + member.substr(0, length));
        CHECK(error_of([&] { csv::read(path); }).find("got damaged or truncated data (") !=
              std::string::npos);
    }
    // Many members, most of them empty.
    write_gzip(path, "");
    const std::string empty = bytes_of(path);
    std::string many;
    for (int i = 0; i < 10'000; ++i)
        many += empty;
    write_bytes(path, many + member);
    CHECK(csv::read(path).rows() == 2);
}

TEST_CASE("gzip: a bomb is an Error in little memory, whatever reads it") {
    const TemporaryDirectory directory;
    const std::string path = directory / "train-images-idx3-ubyte";
    constexpr std::size_t little = std::size_t{4} << 20;
    constexpr std::size_t large = std::size_t{16} << 20;
    const std::string too_much = path + ": expected at most 5000000 bytes after unpacking, got more";
    write_bomb(path, "", large);
    REQUIRE(bytes_of(path).size() < 20'000);
    CHECK(error_within(little, [&] { csv::read(path, {.max_bytes = 5'000'000}); }) == too_much);
    CHECK(error_within(little, [&] {
              csv::read(path);
          }).starts_with(path + ": line 1, column 1: expected a number"));
    CHECK(error_within(little, [&] { csv::read_text(path); }) ==
          path + ": expected what fits into memory, got more");
    CHECK(error_within(little, [&] { read_file(path); }) ==
          path + ": expected what fits into memory, got more");
    CHECK(error_within(2 * large, [&] { read_file(path, 5'000'000); }) == too_much);
    CHECK(error_within(little, [&] { idx::read<float>(path); }) ==
          path + ": offset 2: expected a type code among 0x08, 0x09, 0x0b, 0x0c, 0x0d and 0x0e, got 0x00");

    // A header with less than what follows, with more than what can follow, with more than the limit.
    write_bomb(path, "\0\0\x08\x01\0\0\0\x03"s, large);
    CHECK(error_within(little, [&] { idx::read<float>(path); }) ==
          path + ": offset 8: expected 3 bytes of values, got more");
    CHECK(error_within(little, [&] {
              burin::data::load_mnist(directory.path());
          }).starts_with(directory.path() + ": expected the file train-labels-idx1-ubyte"));
    write_gzip(path, "\0\0\x08\x01\x7f\xff\xff\xff"s + std::string(100, 'x'));
    CHECK(error_within(little, [&] {
              idx::read<float>(path, {.max_bytes = std::size_t{1} << 40});
          }).starts_with(path + ": offset 8: expected 2147483647 bytes of values, got at most "));
    write_bomb(path, "\0\0\x08\x01\x01\0\0\0"s, large + 8);
    CHECK(error_within(little, [&] { idx::read<float>(path, {.max_bytes = 5'000'000}); }) ==
          path + ": offset 8: expected at most 5000000 bytes after unpacking, got a header for 16777216 "
                 "bytes of values");
    CHECK(error_within(little, [&] { idx::read<float>(path, {.max_bytes = 20'000'000}); }) ==
          path + ": offset 8: expected elements that take at most 20000000 bytes of memory, got 16777216 of "
                 "4 bytes each");
    CHECK(error_within(little, [&] { idx::read<float>(path); }) ==
          path + ": expected what fits into memory, got more");
    CHECK(error_within(8 * large, [&] { idx::read<float>(path); }) == "(nothing was thrown)");
    write_bytes(path, std::string(1001, '1'));
    CHECK(error_of([&] { csv::read(path, {.max_bytes = 1000}); }) ==
          path + ": expected at most 1000 bytes after unpacking, got more");
}

TEST_CASE("readers: paths that name no file are an Error that says why") {
    const TemporaryDirectory directory;
    const std::string loop = directory / "train-images-idx3-ubyte";
    REQUIRE(symlink(loop.c_str(), loop.c_str()) == 0);
    const std::string pipe_path = directory / "pipe";
    REQUIRE(mkfifo(pipe_path.c_str(), 0600) == 0);
    const std::string written = directory / "written";
    write_bytes(written, "1,2\n");

    const auto errors = [](const std::string& path) {
        return std::vector<std::string>{
            error_of([&] { read_file(path); }), error_of([&] { csv::read(path); }),
            error_of([&] { csv::read_text(path); }), error_of([&] { idx::read<float>(path); }),
            error_of([&] { burin::data::load_digits(path); })};
    };
    const auto all_are = [&](const std::string& path, const std::string& expected) {
        for (const std::string& error : errors(path))
            CHECK(error == expected);
    };
    all_are("", "'': can't be opened: No such file or directory");
    all_are(loop, loop + ": can't be opened: Too many levels of symbolic links");
    all_are(directory.path(), directory.path() + ": can't be read: Is a directory");
    all_are("/dev/zero", "/dev/zero: can't be read: expected a file or a pipe, got a device");
    all_are(written + "\0.csv"s, written + "\\x00.csv: expected a path without NUL");
    all_are(written + "/x", written + "/x: can't be opened: Not a directory");
    const std::string long_path(100'000, 'x');
    all_are(long_path, std::string(1000, 'x') + " …: can't be opened: File name too long");

    write_bytes(directory / "train-labels-idx1-ubyte", "");
    CHECK(error_of([&] { burin::data::load_mnist(directory.path()); }) ==
          loop + ": can't be opened: Too many levels of symbolic links");
    for (const std::string& path : {""s, "/dev/null"s, long_path, directory.path() + "\0x"s})
        CHECK(error_of([&] { burin::data::load_mnist(path); }) != "(nothing was thrown)");

    // A pipe that nobody writes to is neither empty nor waited for.
    const std::string nobody =
        ": can't be read: expected a pipe that is open to be written, got one that nobody writes to";
    CHECK(error_of([&] { csv::read(pipe_path); }) == pipe_path + nobody);
    CHECK(error_of([&] { idx::read<float>(pipe_path); }) == pipe_path + nobody);
}

TEST_CASE("readers: what comes out of a pipe is read as a file is, packed or not") {
    const TemporaryDirectory directory;
    const std::string path = directory / "file";
    std::string text;
    for (int i = 0; i < 50'000; ++i)
        text += std::to_string(i) + "\n";
    write_gzip(path, text);
    for (const std::string& bytes : {text, bytes_of(path)}) {
        int ends[2];
        REQUIRE(pipe(ends) == 0);
        const pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            for (std::size_t done = 0; done < bytes.size();)
                done += static_cast<std::size_t>(std::max<ssize_t>(
                    write(ends[1], bytes.data() + done, std::min<std::size_t>(bytes.size() - done, 1000)),
                    0));
            _exit(0);
        }
        close(ends[1]);
        const csv::Numbers numbers = csv::read("/dev/fd/" + std::to_string(ends[0]));
        CHECK(numbers.file == "/dev/fd/" + std::to_string(ends[0]));
        CHECK(numbers.rows() == 50'000);
        CHECK(numbers.values.back() == 49'999);
        close(ends[0]);
        waitpid(child, nullptr, 0);
    }
}
