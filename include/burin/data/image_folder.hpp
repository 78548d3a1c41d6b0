#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/class_folder.hpp"
#include "burin/data/dataset.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::data {

/// The images of a folder that has a subfolder for each class (`list_class_folder`), each read when it is
/// asked for: a source for Loader, whose threads then decode; `load()` reads them all.
///
/// ```cpp
/// const auto decode = [](const std::string& path) {
///     const data::images::Image image = data::images::read_image(path);
///     return data::images::resized(image, 32, 32);
/// };
/// const data::ImageFolder pets("pets", decode); // pets/cat/1.png, pets/dog/1.jpg
/// fit(model, data::Loader(pets, {.workers = 2}), Fit{.epochs = 10});
/// ```
///
/// What `decode` makes of a path has `height`, `width`, `channels` and `values`, row by row, channels last,
/// as `images::Image` has; it is called by several threads at a time. All images must have the size of the
/// first one: Throws Error, naming the file, where one has another.
template <class Decode>
class ImageFolder {
  public:
    using TargetType = Label;
    using ScalarType = float;

    static ClassFolderOptions usual_options() { return {.endings = {".png", ".jpg", ".jpeg"}}; }

    ImageFolder(const std::string& path, Decode decode, const ClassFolderOptions& options = usual_options())
        : folder_(list_class_folder(path, options)), decode_(std::move(decode)) {
        const auto image = decode_(folder_.files[0]);
        shape_ = shape_of(image);
    }

    std::size_t size() const noexcept { return folder_.files.size(); }
    bool empty() const noexcept { return folder_.files.empty(); }
    Shape input_shape() const noexcept { return shape_; }
    std::size_t target_size() const noexcept { return 1; }
    /// Their names, by label; the paths of the images, and the label of each.
    const std::vector<std::string>& classes() const noexcept { return folder_.classes; }
    const std::vector<std::string>& files() const noexcept { return folder_.files; }
    const std::vector<Label>& labels() const noexcept { return folder_.labels; }

    /// Fills the spans with image `number`, which is below size(), and its label.
    void read(std::size_t number, std::span<float> input, std::span<Label> target) const {
        const auto image = decode_(folder_.files[number]);
        if (shape_of(image) != shape_ || image.values.size() != input.size())
            throw Error(folder_.files[number] + ": expected an image of " + text(shape_) + ", as " +
                        folder_.files[0] + ", got " + text(shape_of(image)));
        std::copy(image.values.begin(), image.values.end(), input.begin());
        target[0] = folder_.labels[number];
    }

    /// All images in memory.
    Dataset<> load() const {
        return core::within_memory(folder_.path, [&] {
            const std::size_t values = shape_.size();
            std::vector<float> inputs;
            inputs.reserve(size() * values);
            std::vector<Label> labels(size());
            for (std::size_t i = 0; i < size(); ++i) {
                inputs.resize((i + 1) * values);
                read(i, std::span(inputs).last(values), std::span(labels).subspan(i, 1));
            }
            return Dataset<>(shape_, std::move(inputs), std::move(labels));
        });
    }

  private:
    template <class Image>
    static Shape shape_of(const Image& image) {
        return Shape(image.height, image.width, image.channels);
    }
    static std::string text(const Shape& shape) {
        Text<128> result;
        result.append(shape);
        return std::string(result.view());
    }

    ClassFolder folder_;
    Decode decode_;
    Shape shape_;
};

} // namespace burin::data
