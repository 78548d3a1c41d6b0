#pragma once

#include <burin/core/label.hpp>
#include <burin/core/random.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Short reviews of films, made from a grammar, that praise (1) or blame (0). In half of them one part says
/// the opposite of the other, and the conjunction tells which of them counts; and what is denied means its
/// opposite. So the words alone do not tell; their order does.
namespace reviews {

struct Review {
    std::string text;
    burin::Label praises = 0;
};

class Writer {
  public:
    explicit Writer(std::uint64_t seed) : random_{seed, burin::Purpose::user, 0} {}

    Review review() {
        const bool praises = draw(2) == 1;
        std::string text = part(praises);
        switch (draw(8)) {
        case 0:
            text += " and " + part(praises);
            break;
        case 1:
        case 2:
            text = part(!praises) + " but " + text;
            break;
        case 3:
            text = "although " + part(!praises) + " " + text;
            break;
        case 4:
            text += " even though " + part(!praises);
            break;
        default:
            break;
        }
        return {text, praises ? 1u : 0u};
    }

  private:
    std::uint32_t draw(std::size_t bound) {
        return random_.below(static_cast<std::uint32_t>(bound), next_++);
    }

    template <std::size_t Size>
    std::string any(const std::array<std::string_view, Size>& words) {
        return std::string(words[draw(Size)]);
    }

    std::string part(bool praises) {
        static constexpr std::array<std::string_view, 14> things{
            "film",  "story", "plot",     "acting",   "ending", "script", "cast",
            "music", "hero",  "dialogue", "director", "camera", "humour", "sequel"};
        static constexpr std::array<std::string_view, 14> good{
            "good",     "great",    "wonderful", "moving",   "clever",     "funny",     "brilliant",
            "touching", "gripping", "charming",  "original", "delightful", "memorable", "convincing"};
        static constexpr std::array<std::string_view, 14> bad{
            "bad",    "awful", "boring",  "dull",   "silly",       "weak",       "terrible",
            "clumsy", "flat",  "tedious", "stupid", "predictable", "ridiculous", "painful"};
        static constexpr std::array<std::string_view, 6> degrees{"very",  "really", "quite",
                                                                 "truly", "rather", "simply"};
        static constexpr std::array<std::string_view, 5> denials{"not", "never", "hardly", "far from",
                                                                 "anything but"};
        static constexpr std::array<std::string_view, 6> praise{
            "i loved every minute", "nobody should miss it",      "i would watch it again",
            "it made my day",       "we could not stop laughing", "it stays with you"};
        static constexpr std::array<std::string_view, 6> blame{
            "i left early",         "nobody should watch it",    "i would not watch it again",
            "it ruined my evening", "we could not stop yawning", "it is soon forgotten"};
        switch (draw(6)) {
        case 0:
            return praises ? any(praise) : any(blame);
        case 1:
        case 2:
            return "the " + any(things) + " was " + any(denials) + " " + (praises ? any(bad) : any(good));
        case 3:
            return "the " + any(things) + " was " + any(degrees) + " " + (praises ? any(good) : any(bad));
        default:
            return "the " + any(things) + " was " + (praises ? any(good) : any(bad));
        }
    }

    burin::RandomStream random_;
    std::uint64_t next_ = 0;
};

/// `count` reviews, no two alike.
inline std::vector<Review> write(std::size_t count, std::uint64_t seed) {
    Writer writer(seed);
    std::set<std::string> seen;
    std::vector<Review> all;
    while (all.size() < count) {
        Review review = writer.review();
        if (seen.insert(review.text).second)
            all.push_back(std::move(review));
    }
    return all;
}

} // namespace reviews
