#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/within_memory.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace burin::data {

/// How a folder of files by class is read.
struct ClassFolderOptions {
    /// What the names of the files end in, in capitals or not: `{".png", ".jpg"}`. Empty: any.
    std::vector<std::string> endings{};
    /// The classes in the order of their labels, such as those of the training set. Empty: those that are
    /// there, sorted. A folder that is not among them is refused; one that is missing has no files.
    std::vector<std::string> classes{};
    /// Whether files with other endings are passed over. Without it they are refused.
    bool skip_others = false;
};

/// The files of a folder with a subfolder for each class, as torchvision's ImageFolder has it.
struct ClassFolder {
    std::string path;
    std::vector<std::string> classes; ///< By label.
    std::vector<std::string> files;   ///< Their paths, sorted by class, then by name.
    std::vector<Label> labels;        ///< Of each file.
};

namespace detail {

/// The names in a directory, sorted by their bytes, without those that begin with a point.
inline std::vector<std::string> visible_names(const std::string& directory) {
    std::error_code error;
    std::vector<std::string> names;
    std::filesystem::directory_iterator entry(directory, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
        if (std::string name = entry->path().filename().string(); !name.starts_with('.'))
            names.push_back(std::move(name));
    if (error)
        throw Error(directory + ": can't be read: " + error.message());
    std::sort(names.begin(), names.end());
    return names;
}

inline bool is_folder(const std::string& path) {
    std::error_code unseen;
    return std::filesystem::is_directory(path, unseen);
}

/// Whether a name ends in one of the endings; letters of ASCII are compared without their case.
inline bool ends_in(std::string_view name, const std::vector<std::string>& endings) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return endings.empty() || std::any_of(endings.begin(), endings.end(), [&](const std::string& ending) {
               return name.size() > ending.size() &&
                      std::equal(ending.rbegin(), ending.rend(), name.rbegin(),
                                 [&](char a, char b) { return lower(a) == lower(b); });
           });
}

/// Appends the files of a class. A folder that is a link is not entered, so that no path leads back.
inline void list_files(const std::string& directory, Label label, const ClassFolderOptions& options,
                       ClassFolder& folder) {
    for (const std::string& name : visible_names(directory)) {
        const std::string path = directory + "/" + name;
        std::error_code unseen;
        if (is_folder(path)) {
            if (!std::filesystem::is_symlink(path, unseen))
                list_files(path, label, options, folder);
        } else if (ends_in(name, options.endings)) {
            folder.files.push_back(path);
            folder.labels.push_back(label);
        } else if (!options.skip_others) {
            std::string endings;
            for (const std::string& ending : options.endings)
                endings += (endings.empty() ? "" : ", ") + ending;
            throw Error(path + ": expected a name that ends in " + endings + ", got " +
                        ::burin::core::quoted(name));
        }
    }
}

} // namespace detail

/// Lists a folder that has a subfolder for each class, named as the class is, with its files (in subfolders
/// of their own, too). Labels count the classes in the order of their names' bytes, so that they are the same
/// on every machine. Names that begin with a point are passed over.
///
/// Throws Error: if the folder can't be read or has no subfolder; if a class has no file; for a file with
/// another ending, unless `options` skip it; for a class that is not among `options.classes`.
inline ClassFolder list_class_folder(const std::string& path, const ClassFolderOptions& options = {}) {
    return core::within_memory(path, [&] {
        ClassFolder folder{path, options.classes, {}, {}};
        std::vector<std::string> names;
        for (std::string& name : detail::visible_names(path))
            if (detail::is_folder(path + "/" + name))
                names.push_back(std::move(name));
        if (names.empty())
            throw Error(path + ": expected a folder for each class, got none");
        if (folder.classes.empty())
            folder.classes = names;
        for (const std::string& name : names) {
            const auto place = std::find(folder.classes.begin(), folder.classes.end(), name);
            if (place == folder.classes.end())
                throw Error(path + ": expected folders of the " + std::to_string(folder.classes.size()) +
                            " classes that are given, got " + ::burin::core::quoted(name));
            const std::size_t before = folder.files.size();
            detail::list_files(path + "/" + name, static_cast<Label>(place - folder.classes.begin()), options,
                               folder);
            if (folder.files.size() == before)
                throw Error(path + "/" + name + ": expected at least one file of the class, got none");
        }
        return folder;
    });
}

} // namespace burin::data
