#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>

namespace burin::data {

/// The bytes of a file as if they were in memory: the system reads them when they are looked at, and forgets
/// them when it needs the room, so that a file may be larger than memory. Copies share the mapping; threads
/// may read it at the same time.
///
/// What other programs write into the file is seen; one that cuts it short while it is mapped ends this
/// program (SIGBUS), as with every mapping. Throws Error, naming the file, if it can't be opened, is no
/// regular file, or is compressed: gzip can only be read in turn.
class MappedFile {
  public:
    explicit MappedFile(const std::string& path) : name_(path.empty() ? "''" : core::printable(path, 1000)) {
        const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        struct stat status{};
        if (descriptor < 0 || ::fstat(descriptor, &status) != 0) {
            const int number = errno;
            if (descriptor >= 0)
                ::close(descriptor);
            throw Error(name_ + ": can't be opened: " + std::strerror(number));
        }
        if (!S_ISREG(status.st_mode)) {
            ::close(descriptor);
            throw Error(name_ + ": can't be mapped: expected a file, got " +
                        (S_ISDIR(status.st_mode) ? "a directory" : "a pipe or a device"));
        }
        size_ = static_cast<std::size_t>(status.st_size);
        // Nothing can't be mapped.
        void* const memory =
            size_ == 0 ? nullptr : ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
        const int number = errno;
        ::close(descriptor);
        if (memory == MAP_FAILED)
            throw Error(name_ + ": can't be mapped: " + std::strerror(number));
        memory_ =
            std::shared_ptr<const char>(static_cast<const char*>(memory), [size = size_](const char* mapped) {
                if (mapped != nullptr)
                    ::munmap(const_cast<char*>(mapped), size);
            });
        if (bytes().size() >= 2 && memory_.get()[0] == '\x1f' && memory_.get()[1] == '\x8b')
            throw Error(name_ + ": can't be mapped: expected a file that is not compressed, got gzip");
    }

    std::span<const char> bytes() const noexcept { return {memory_.get(), size_}; }
    /// The path as messages show it.
    const std::string& name() const noexcept { return name_; }

  private:
    std::string name_;
    std::shared_ptr<const char> memory_;
    std::size_t size_ = 0;
};

} // namespace burin::data
