#pragma once

#include "tagged.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// News in one sentence, with the names of people, places and organisations in it. A word may belong to names
/// of every kind (paris hilton, paris, paris industries), and a share of the names is kept for the test
/// alone: these have to be told by what stands around them.
namespace sentences {

enum Kind { person, place, organisation };
inline constexpr std::size_t tag_count = tagged::tag_count(3);

class Writer {
  public:
    /// With `knows_all` names of the test may occur.
    Writer(std::uint64_t seed, bool knows_all) : dice_(seed), knows_all_(knows_all) {}

    tagged::Text sentence() {
        // P is a person, L a place, O an organisation; others are words.
        static constexpr std::array<std::string_view, 24> patterns{"P flew from L to L",
                                                                   "P was born in L",
                                                                   "O hired P as chairman",
                                                                   "O opened an office in L",
                                                                   "the mayor of L met P yesterday",
                                                                   "shares of O fell after P left",
                                                                   "P and P will marry in L",
                                                                   "heavy rain hit L and L on monday",
                                                                   "O and O want to merge",
                                                                   "P told O that the plan was dead",
                                                                   "police in L arrested P",
                                                                   "L will host the games , said P",
                                                                   "the head of O , P , resigned",
                                                                   "P scored twice for L",
                                                                   "O sued P over a letter",
                                                                   "workers of O went on strike in L",
                                                                   "flights to L were late",
                                                                   "P bought a house near L",
                                                                   "the singer P sang in L for O",
                                                                   "O is moving from L to L",
                                                                   "nobody saw P leave O",
                                                                   "a judge fined O",
                                                                   "L and O signed a contract",
                                                                   "P , aged 40 , works for O"};
        tagged::Text sentence;
        std::string_view pattern = dice_.any(patterns);
        while (!pattern.empty()) {
            const std::size_t space = std::min(pattern.find(' '), pattern.size());
            const std::string_view word = pattern.substr(0, space);
            pattern.remove_prefix(std::min(space + 1, pattern.size()));
            if (word == "P")
                add_person(sentence);
            else if (word == "L")
                add_place(sentence);
            else if (word == "O")
                add_organisation(sentence);
            else
                sentence.add(word);
        }
        return sentence;
    }

  private:
    /// The last third of every list is the test's.
    template <std::size_t Size>
    std::string any(const std::array<std::string_view, Size>& words) {
        return std::string(dice_.any(words, knows_all_));
    }

    static constexpr std::array<std::string_view, 24> first_names{
        "anna", "paris", "peter", "victoria", "jack",  "maria",  "george", "sydney",
        "tom",  "emma",  "david", "laura",    "henry", "sofia",  "oscar",  "florence",
        "ivan", "chloe", "hugo",  "austin",   "marta", "walter", "nina",   "dakota"};
    static constexpr std::array<std::string_view, 24> last_names{
        "miller",  "hilton", "london",  "ford",   "smith",  "lincoln", "brown", "jackson",
        "wells",   "king",   "bergman", "rossi",  "novak",  "walker",  "hall",  "york",
        "johnson", "garcia", "olsen",   "turner", "murphy", "keller",  "lopez", "adams"};
    static constexpr std::array<std::string_view, 24> places{
        "london",  "paris",  "berlin",   "lincoln", "madrid", "sydney",   "rome",   "vienna",
        "jackson", "oslo",   "victoria", "cairo",   "athens", "houston",  "dublin", "warsaw",
        "lisbon",  "prague", "florence", "austin",  "delhi",  "helsinki", "quito",  "geneva"};
    static constexpr std::array<std::string_view, 6> large_places{"york",   "england", "jersey",
                                                                  "mexico", "zealand", "orleans"};
    static constexpr std::array<std::string_view, 12> branches{"industries", "bank",   "motors", "airlines",
                                                               "records",    "steel",  "foods",  "energy",
                                                               "hotels",     "chemie", "press",  "insurance"};

    void add_person(tagged::Text& sentence) {
        switch (dice_.draw(4)) {
        case 0:
            return sentence.add(any(last_names), tagged::begin(person));
        case 1:
            return sentence.add(any(first_names), tagged::begin(person));
        default:
            // Drawn in this order by every compiler.
            const std::string first = any(first_names);
            return sentence.add(first + " " + any(last_names), tagged::begin(person));
        }
    }
    void add_place(tagged::Text& sentence) {
        if (dice_.draw(5) == 0)
            sentence.add("new " + any(large_places), tagged::begin(place));
        else
            sentence.add(any(places), tagged::begin(place));
    }
    void add_organisation(tagged::Text& sentence) {
        const std::size_t form = dice_.draw(4);
        if (form == 0)
            return sentence.add("university of " + any(places), tagged::begin(organisation));
        const std::string first = form == 1 ? any(places) : any(last_names);
        sentence.add(first + " " + (form == 2 ? "and " + any(last_names) : any(branches)),
                     tagged::begin(organisation));
    }

    tagged::Dice dice_;
    bool knows_all_;
};

} // namespace sentences
