#pragma once

#include <burin/core/error.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

/// A directory to write sounds to: the one that was named, or one of its own, which it removes.
class SoundFolder {
  public:
    explicit SoundFolder(const std::string& named) : is_own_(named.empty()), path_(named) {
        if (is_own_) {
            std::string name = (std::filesystem::temp_directory_path() / "burin-sounds.XXXXXX").string();
            if (mkdtemp(name.data()) == nullptr)
                throw burin::Error(name + ": can't be made");
            path_ = name;
        }
        std::filesystem::create_directories(path_);
    }
    SoundFolder(const SoundFolder&) = delete;
    SoundFolder& operator=(const SoundFolder&) = delete;
    ~SoundFolder() {
        std::error_code ignored;
        if (is_own_)
            std::filesystem::remove_all(path_, ignored);
    }

    std::string file(const std::string& name) const { return (path_ / name).string(); }

  private:
    bool is_own_;
    std::filesystem::path path_;
};
