#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace burin::metrics {

/// A rectangle, in pixels or in any other unit; `right` and `bottom` are where it ends. (COCO's boxes are
/// left, top, width and height; PASCAL's end at the last pixel that is inside: add 1.)
struct Box {
    double left = 0, top = 0, right = 0, bottom = 0;

    constexpr double area() const noexcept { return (right - left) * (bottom - top); }
};

/// Intersection over union of two boxes; 0 if they do not overlap.
constexpr double box_iou(const Box& a, const Box& b) noexcept {
    // Boxes whose areas a double can't tell are compared at another scale.
    for (const double scale : {1.0, 0x1p-600, 0x1p+600}) {
        const auto scaled = [scale](const Box& box) {
            return Box{scale * box.left, scale * box.top, scale * box.right, scale * box.bottom};
        };
        const Box c = scaled(a), d = scaled(b);
        const double width = std::min(c.right, d.right) - std::max(c.left, d.left);
        const double height = std::min(c.bottom, d.bottom) - std::max(c.top, d.top);
        if (!(width > 0 && height > 0) && scale == 1)
            return 0;
        const double either = c.area() + d.area() - width * height;
        if (either > 0 && either <= std::numeric_limits<double>::max())
            return width * height / either;
    }
    return 0;
}

/// An object that is in an image, and one that was found there.
struct TrueBox {
    std::size_t image = 0;
    Label label = 0;
    Box box{};
};
struct FoundBox {
    std::size_t image = 0;
    Label label = 0;
    Box box{};
    double score = 0;
};

/// How precision and recall become one number.
enum class Interpolation {
    points_101, ///< The mean of the precision at recalls of 0, 0.01, …, 1: COCO's.
    points_11,  ///< At 0, 0.1, …, 1: PASCAL's until 2009.
    area,       ///< The area below the curve: PASCAL's since 2010.
};

struct BoxOptions {
    std::vector<double> thresholds = coco_thresholds(); ///< What IoU makes a hit.
    Interpolation interpolation = Interpolation::points_101;
    std::size_t most = 100;  ///< Found boxes of a class in an image that count, the surest ones.
    bool one_chance = false; ///< A found box is compared only with the true one that it overlaps most, so
                             ///< it misses if that is taken (PASCAL), instead of with those left (COCO).

    static std::vector<double> coco_thresholds() {
        std::vector<double> result;
        for (std::size_t i = 0; i < 10; ++i)
            result.push_back(0.5 + static_cast<double>(i) * ((0.95 - 0.5) / 9));
        return result;
    }
    /// A threshold of 0.5 for all that was found, by area or 11 points.
    static BoxOptions pascal(Interpolation interpolation = Interpolation::area) {
        return {{0.5}, interpolation, std::numeric_limits<std::size_t>::max(), true};
    }
};

/// What `mean_average_precision` finds. A class without true boxes has NaN, and does not count in means;
/// these are NaN if there is no other.
class BoxScores {
  public:
    BoxScores(std::vector<double> thresholds, std::size_t classes)
        : thresholds_(std::move(thresholds)), precisions_(classes * thresholds_.size(), std::nan("")),
          recalls_(precisions_) {}

    const std::vector<double>& thresholds() const noexcept { return thresholds_; }
    std::size_t classes() const noexcept {
        return thresholds_.empty() ? 0 : precisions_.size() / thresholds_.size();
    }
    /// The average precision of a class at a threshold, by its index; and what share of its boxes was found.
    double precision(std::size_t label, std::size_t threshold) const {
        return precisions_[label * thresholds_.size() + threshold];
    }
    double recall(std::size_t label, std::size_t threshold) const {
        return recalls_[label * thresholds_.size() + threshold];
    }
    void set(std::size_t label, std::size_t threshold, double precision, double recall) {
        precisions_[label * thresholds_.size() + threshold] = precision;
        recalls_[label * thresholds_.size() + threshold] = recall;
    }

    /// Over classes and thresholds: COCO's AP, and AR.
    double mean() const {
        return mean_of(precisions_, [](std::size_t, std::size_t) { return true; });
    }
    double mean_recall() const {
        return mean_of(recalls_, [](std::size_t, std::size_t) { return true; });
    }
    /// Of one class over the thresholds.
    double of_class(std::size_t label) const {
        return mean_of(precisions_, [&](std::size_t each, std::size_t) { return each == label; });
    }
    /// Over the classes at one threshold, as at 0.5: COCO's AP50. Throws Error if it is none of those asked
    /// for.
    double at(double threshold) const {
        for (std::size_t t = 0; t < thresholds_.size(); ++t)
            if (std::abs(thresholds_[t] - threshold) < 1e-9)
                return mean_of(precisions_, [&](std::size_t, std::size_t each) { return each == t; });
        throw Error("BoxScores: expected a threshold that was asked for, got " + std::to_string(threshold));
    }

  private:
    template <class Counts>
    double mean_of(const std::vector<double>& values, Counts counts) const {
        double sum = 0;
        std::size_t count = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            if (!std::isnan(values[i]) && counts(i / thresholds_.size(), i % thresholds_.size())) {
                sum += values[i];
                ++count;
            }
        return count == 0 ? std::nan("") : sum / static_cast<double>(count);
    }

    std::vector<double> thresholds_;
    std::vector<double> precisions_;
    std::vector<double> recalls_;
};

namespace detail {

inline void check_box(const Box& box, const char* what, std::size_t index) {
    const bool is_finite = std::isfinite(box.left) && std::isfinite(box.top) && std::isfinite(box.right) &&
                           std::isfinite(box.bottom);
    if (!is_finite || box.right < box.left || box.bottom < box.top)
        throw Error("mean_average_precision: " + std::string(what) + " " + std::to_string(index) +
                    ": expected a box that ends behind where it begins, got left " +
                    std::to_string(box.left) + ", top " + std::to_string(box.top) + ", right " +
                    std::to_string(box.right) + ", bottom " + std::to_string(box.bottom));
}

/// The average precision of hits and misses, the surest first, where there are so many true boxes.
inline double average_precision_of(const std::vector<bool>& hits, std::size_t boxes,
                                   Interpolation interpolation) {
    std::vector<double> precision, recall;
    double found = 0;
    for (const bool hit : hits) {
        found += hit ? 1 : 0;
        precision.push_back(found / static_cast<double>(precision.size() + 1));
        recall.push_back(found / static_cast<double>(boxes));
    }
    // The best that can be had at this recall or a higher one.
    for (std::size_t i = precision.size(); i-- > 1;)
        precision[i - 1] = std::max(precision[i - 1], precision[i]);
    double sum = 0;
    if (interpolation == Interpolation::area) {
        for (std::size_t i = 0; i < recall.size(); ++i)
            sum += (recall[i] - (i == 0 ? 0 : recall[i - 1])) * precision[i];
        return sum;
    }
    const std::size_t points = interpolation == Interpolation::points_101 ? 101 : 11;
    for (std::size_t point = 0; point < points; ++point) {
        const double wanted =
            points == 101 ? static_cast<double>(point) * 0.01 : static_cast<double>(point) / 10;
        const auto at = std::lower_bound(recall.begin(), recall.end(), wanted) - recall.begin();
        sum += at < static_cast<std::ptrdiff_t>(recall.size()) ? precision[static_cast<std::size_t>(at)] : 0;
    }
    return sum / static_cast<double>(points);
}

} // namespace detail

/// The mean average precision of boxes that were found in images: a found box hits if it overlaps a true one
/// of its class and image that no surer one has hit. As pycocotools computes it (of boxes of all sizes,
/// without those of crowds); `BoxOptions::pascal()` is PASCAL VOC's. There are no weights. `classes` 0 stands
/// for as many as occur. Throws Error if a box ends before it begins, a number is not finite, or a label is
/// no class.
///
///     const auto scores = metrics::mean_average_precision(truth, found);
///     scores.mean(), scores.at(0.5), scores.of_class(3);
inline BoxScores mean_average_precision(const std::vector<TrueBox>& truth, const std::vector<FoundBox>& found,
                                        std::size_t classes = 0, const BoxOptions& options = {}) {
    std::size_t least = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        detail::check_box(truth[i].box, "true box", i);
        least = std::max(least, std::size_t(truth[i].label) + 1);
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        detail::check_box(found[i].box, "found box", i);
        if (!std::isfinite(found[i].score))
            throw Error("mean_average_precision: found box " + std::to_string(i) +
                        ": expected a finite score, got " + std::to_string(found[i].score));
        least = std::max(least, std::size_t(found[i].label) + 1);
    }
    if (classes == 0)
        classes = least;
    if (least > classes)
        throw Error("mean_average_precision: expected labels below " + std::to_string(classes) + ", got " +
                    std::to_string(least - 1));

    constexpr std::size_t most_classes = 1 << 20;
    if (classes > most_classes)
        throw Error("mean_average_precision: expected at most " + std::to_string(most_classes) +
                    " classes, got " + std::to_string(classes));

    BoxScores result(options.thresholds, classes);
    for (std::size_t label = 0; label < classes; ++label) {
        std::map<std::size_t, std::vector<Box>> true_boxes; // By image.
        std::size_t boxes = 0;
        for (const TrueBox& each : truth)
            if (each.label == label) {
                true_boxes[each.image].push_back(each.box);
                ++boxes;
            }
        if (boxes == 0)
            continue;
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < found.size(); ++i)
            if (found[i].label == label)
                order.push_back(i);
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            if (found[a].score != found[b].score)
                return found[a].score > found[b].score;
            return found[a].image != found[b].image ? found[a].image < found[b].image : a < b;
        });
        std::map<std::size_t, std::size_t> in_image;
        std::erase_if(order, [&](std::size_t i) { return in_image[found[i].image]++ >= options.most; });

        for (std::size_t t = 0; t < options.thresholds.size(); ++t) {
            std::map<std::size_t, std::vector<bool>> taken;
            std::vector<bool> hits;
            for (const std::size_t index : order) {
                const auto own = true_boxes.find(found[index].image);
                bool hit = false;
                if (own != true_boxes.end()) {
                    std::vector<bool>& is_taken = taken[found[index].image];
                    is_taken.resize(own->second.size());
                    double best = std::min(options.thresholds[t], 1 - 1e-10);
                    std::size_t which = is_taken.size();
                    for (std::size_t b = 0; b < is_taken.size(); ++b) {
                        const double iou = box_iou(found[index].box, own->second[b]);
                        // Of equals COCO takes the last one.
                        if ((options.one_chance || !is_taken[b]) && iou >= best) {
                            best = iou;
                            which = b;
                        }
                    }
                    hit = which < is_taken.size() && !is_taken[which];
                    if (hit)
                        is_taken[which] = true;
                }
                hits.push_back(hit);
            }
            const auto found_ones = static_cast<double>(std::count(hits.begin(), hits.end(), true));
            result.set(label, t, detail::average_precision_of(hits, boxes, options.interpolation),
                       found_ones / static_cast<double>(boxes));
        }
    }
    return result;
}

} // namespace burin::metrics
