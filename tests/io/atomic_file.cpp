#include "burin/io/atomic_file.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using burin::io::AtomicFile;

namespace {

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

/// As long as it lives, files do not grow beyond `size`: a disk that is full.
class FullDisk {
  public:
    explicit FullDisk(rlim_t size) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{size, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;
    ~FullDisk() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

  private:
    void (*handler_)(int);
    rlimit before_{};
};

} // namespace

TEST_CASE("AtomicFile: the file is there after commit, and nothing else") {
    const TemporaryDirectory directory;
    AtomicFile file(directory / "new");
    file.write(bytes("one "));
    file.write(bytes(""));
    file.write(bytes("two"));
    CHECK(directory.names().size() == 1);
    CHECK(directory.names()[0] != "new");
    file.commit();
    CHECK(directory.names() == std::vector<std::string>{"new"});
    CHECK(bytes_of(directory / "new") == "one two");
}

TEST_CASE("AtomicFile: the old file stays until commit, and is replaced whole") {
    const TemporaryDirectory directory;
    write_bytes(directory / "file", "a long old text");
    AtomicFile file(directory / "file");
    file.write(bytes("new"));
    CHECK(bytes_of(directory / "file") == "a long old text");
    file.commit();
    CHECK(bytes_of(directory / "file") == "new");
    CHECK(directory.names().size() == 1);
}

TEST_CASE("AtomicFile: without commit the old file stays and the temporary disappears") {
    const TemporaryDirectory directory;
    write_bytes(directory / "file", "old");
    {
        AtomicFile file(directory / "file");
        file.write(bytes("new"));
    }
    CHECK(bytes_of(directory / "file") == "old");
    CHECK(directory.names().size() == 1);
}

TEST_CASE(
    "AtomicFile: a write that fails in the middle is an Error, the old file stays, the temporary goes") {
    const TemporaryDirectory directory;
    write_bytes(directory / "file", "old");
    AtomicFile file(directory / "file");
    file.write(bytes(std::string(1000, 'x')));
    std::string error;
    {
        const FullDisk full(4096);
        error = error_of([&] { file.write(bytes(std::string(1 << 20, 'y'))); });
    }
    CHECK(error == directory / "file" + ": can't be written: File too large");
    CHECK(directory.names() == std::vector<std::string>{"file"});
    CHECK(bytes_of(directory / "file") == "old");
    // Nor does a caller that goes on in spite of it put a part in place.
    CHECK(error_of([&] { file.commit(); }) == directory / "file" + ": can't be written: Bad file descriptor");
    CHECK(bytes_of(directory / "file") == "old");
}

TEST_CASE("AtomicFile: a file that can't be made is an Error with the system's reason") {
    const TemporaryDirectory directory;
    CHECK(error_of([&] { AtomicFile file(directory / "missing/file"); }) ==
          directory / "missing/file" + ": can't be written: No such file or directory");
    write_bytes(directory / "plain", "");
    CHECK(error_of([&] { AtomicFile file(directory / "plain/file"); }) ==
          directory / "plain/file" + ": can't be written: Not a directory");
    if (geteuid() != 0) { // who may write everywhere
        REQUIRE(chmod(directory.path().c_str(), 0500) == 0);
        CHECK(error_of([&] { AtomicFile file(directory / "file"); }) ==
              directory / "file" + ": can't be written: Permission denied");
        REQUIRE(chmod(directory.path().c_str(), 0700) == 0);
    }
}

TEST_CASE("AtomicFile: a file that can't be put in place leaves no temporary") {
    const TemporaryDirectory directory;
    REQUIRE(mkdir((directory / "folder").c_str(), 0700) == 0);
    AtomicFile file(directory / "folder");
    file.write(bytes("text"));
    CHECK(error_of([&] { file.commit(); }) ==
          directory / "folder" + ": can't be put in place: Is a directory");
    CHECK(directory.names() == std::vector<std::string>{"folder"});
}

TEST_CASE("AtomicFile: the file has the rights that the umask leaves") {
    const TemporaryDirectory directory;
    const mode_t before = umask(027);
    AtomicFile file(directory / "file");
    file.commit();
    CHECK(umask(before) == 027);
    struct stat status{};
    REQUIRE(stat((directory / "file").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0640);
}
