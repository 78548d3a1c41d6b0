#include "burin/io/atomic_file.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <csignal>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using burin::io::AtomicFile;
using burin::io::write_file;

namespace {

std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

mode_t mode_of(const std::string& path) {
    struct stat status{};
    REQUIRE(stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
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
    AtomicFile file(directory / "folder");
    REQUIRE(mkdir((directory / "folder").c_str(), 0700) == 0);
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
    CHECK(mode_of(directory / "file") == 0640);
}

TEST_CASE("AtomicFile: the file keeps the mode and the owner of the one that it replaces") {
    const TemporaryDirectory directory;
    const std::string path = directory / "file";
    for (const mode_t mode : {0600u, 0644u, 0666u, 0750u}) {
        CAPTURE(mode);
        write_bytes(path, "old");
        REQUIRE(chmod(path.c_str(), mode) == 0);
        const bool gives_away = chown(path.c_str(), 1234, 2345) == 0; // Root may.
        AtomicFile file(path);
        file.write(bytes("new"));
        for (const std::string& name : directory.names())
            CHECK((mode_of(directory / name) & 077 & ~mode) == 0);
        file.commit();
        CHECK(bytes_of(path) == "new");
        CHECK(mode_of(path) == mode);
        struct stat status{};
        REQUIRE(stat(path.c_str(), &status) == 0);
        CHECK(status.st_uid == (gives_away ? 1234 : geteuid()));
        CHECK(status.st_gid == (gives_away ? 2345 : status.st_gid));
        REQUIRE(unlink(path.c_str()) == 0);
    }
}

TEST_CASE("AtomicFile: what may not be written is not replaced") {
    const TemporaryDirectory directory;
    write_bytes(directory / "file", "old");
    REQUIRE(chmod((directory / "file").c_str(), 0444) == 0);
    if (geteuid() != 0)
        CHECK(error_of([&] { write_file(directory / "file", "new"); }) ==
              directory / "file" + ": can't be written: Permission denied");
}

TEST_CASE("AtomicFile: what is no regular file is refused and stays") {
    const TemporaryDirectory directory;
    const auto refused = [&](const std::string& path, const std::string& why) {
        CAPTURE(path);
        CHECK(error_of([&] { write_file(path, "text"); }) == path + ": can't be written: " + why);
    };
    REQUIRE(mkfifo((directory / "fifo").c_str(), 0600) == 0);
    refused(directory / "fifo", "expected a regular file or none, got a FIFO");
    REQUIRE(symlink("fifo", (directory / "to fifo").c_str()) == 0);
    refused(directory / "to fifo", "expected a regular file or none, got a FIFO");
    struct stat status{};
    REQUIRE(stat((directory / "fifo").c_str(), &status) == 0);
    CHECK(S_ISFIFO(status.st_mode));
    refused("/dev/null", "expected a regular file or none, got a device");
    refused("/dev/full", "expected a regular file or none, got a device");
    REQUIRE(mkdir((directory / "folder").c_str(), 0700) == 0);
    refused(directory / "folder", "Is a directory");
    refused(directory / "folder/", "Is a directory");
    refused(directory / "new/", "Is a directory");
    refused("", "No such file or directory");
    CHECK(error_of([&] {
              write_file(directory / std::string("a\0b", 3), "text");
          }).ends_with("a\\x00b: can't be written: expected a path without NUL"));
    CHECK(directory.names().size() == 3);
}

TEST_CASE("AtomicFile: symbolic links stay, and what they lead to is replaced or made") {
    const TemporaryDirectory directory;
    REQUIRE(mkdir((directory / "folder").c_str(), 0700) == 0);
    write_bytes(directory / "folder/file", "old");
    REQUIRE(symlink("folder/file", (directory / "relative").c_str()) == 0);
    REQUIRE(symlink((directory / "relative").c_str(), (directory / "absolute").c_str()) == 0);
    for (const char* link : {"relative", "absolute"}) {
        write_file(directory / link, link);
        CHECK(bytes_of(directory / "folder/file") == link);
    }
    REQUIRE(symlink("new", (directory / "folder/dangling").c_str()) == 0);
    write_file(directory / "folder/dangling", "made");
    CHECK(bytes_of(directory / "folder/new") == "made");
    for (const char* link : {"relative", "absolute", "folder/dangling"}) {
        struct stat status{};
        REQUIRE(lstat((directory / link).c_str(), &status) == 0);
        CHECK(S_ISLNK(status.st_mode));
    }
    REQUIRE(symlink("nowhere/file", (directory / "lost").c_str()) == 0);
    CHECK(error_of([&] { write_file(directory / "lost", "text"); }) ==
          directory / "lost" + ": can't be written: No such file or directory");
    REQUIRE(symlink("two", (directory / "one").c_str()) == 0);
    REQUIRE(symlink("one", (directory / "two").c_str()) == 0);
    CHECK(error_of([&] { write_file(directory / "one", "text"); }) ==
          directory / "one" + ": can't be written: Too many levels of symbolic links");
}

TEST_CASE("AtomicFile: names as long as the system allows, and paths without a directory") {
    const TemporaryDirectory directory;
    std::string umlauts(127, '\xc3'); // 254 bytes of ü, which are not cut within one.
    for (std::size_t i = 0; i < umlauts.size(); i += 2)
        umlauts.insert(i + 1, 1, '\xbc');
    for (const std::string& name : {std::string(255, 'n'), umlauts}) {
        AtomicFile file(directory / name);
        REQUIRE(directory.names().size() == 1);
        CHECK(directory.names()[0].size() <= 255);
        file.commit();
        CHECK(directory.names() == std::vector<std::string>{name});
        REQUIRE(unlink((directory / name).c_str()) == 0);
    }
    CHECK(error_of([&] {
              write_file(directory / std::string(256, 'n'), "");
          }).ends_with(": can't be written: File name too long"));

    char before[PATH_MAX];
    REQUIRE(getcwd(before, sizeof before) != nullptr);
    REQUIRE(chdir(directory.path().c_str()) == 0);
    write_file("plain", "text");
    REQUIRE(chdir(before) == 0);
    CHECK(bytes_of(directory / "plain") == "text");
    CHECK(directory.names().size() == 1);
}

TEST_CASE("AtomicFile: threads and processes that save at once leave one whole file, and the umask") {
    const TemporaryDirectory directory;
    const mode_t before = umask(022);
    const std::string path = directory / "file";
    const auto save_often = [&](char letter) {
        for (int i = 0; i < 50; ++i) {
            AtomicFile file(path);
            for (int part = 0; part < 4; ++part)
                file.write(bytes(std::string(1000, letter)));
            file.commit();
        }
    };
    std::vector<pid_t> children;
    for (const char letter : {'a', 'b'}) {
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            try {
                save_often(letter);
                _exit(0);
            } catch (...) {
                _exit(1);
            }
        }
        children.push_back(child);
    }
    std::vector<std::string> errors(2);
    {
        std::thread one([&] { errors[0] = error_of([&] { save_often('c'); }); });
        std::thread two([&] { errors[1] = error_of([&] { save_often('d'); }); });
        one.join();
        two.join();
    }
    for (const pid_t child : children) {
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
    for (const std::string& error : errors)
        CHECK(error == "(nothing was thrown)");
    CHECK(umask(before) == 022);
    CHECK(mode_of(path) == 0644);
    const std::string text = bytes_of(path);
    CHECK(text == std::string(4000, text[0]));
    CHECK(directory.names() == std::vector<std::string>{"file"});
}

TEST_CASE("AtomicFile: what a killed process left goes with the next save; what is being written stays") {
    const TemporaryDirectory directory;
    const std::string path = directory / "file";
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        AtomicFile file(path);
        AtomicFile other(directory / "other");
        file.write(bytes("half"));
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(directory.names().size() == 2);
    const std::string user_made = "file.0123.burin-tmp";
    write_bytes(directory / user_made, "");
    {
        AtomicFile alive(path);
        CHECK(directory.names().size() == 3);
        write_file(path, "text"); // Another one, while `alive` lives.
        CHECK(directory.names().size() == 4);
        alive.write(bytes("alive"));
        alive.commit();
    }
    CHECK(bytes_of(path) == "alive");
    // The other file's temporary waits for the next `other`.
    CHECK(directory.names().size() == 3);
    write_file(directory / "other", "");
    std::vector<std::string> names = directory.names();
    std::sort(names.begin(), names.end());
    CHECK(names == std::vector<std::string>{"file", user_made, "other"});
}
