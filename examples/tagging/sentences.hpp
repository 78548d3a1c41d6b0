#pragma once

#include <burin/core/label.hpp>
#include <burin/core/random.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

/// News in one sentence, with the names of people, places and organisations in it. A word may belong to names
/// of every kind (paris hilton, paris, paris industries), and a share of the names is kept for the test
/// alone: these have to be told by what stands around them.
namespace sentences {

/// What a word is: B begins a name, I is inside of one. 0 is padding.
enum Tag : burin::Label {
    padding,
    outside,
    b_person,
    i_person,
    b_place,
    i_place,
    b_organisation,
    i_organisation
};
inline constexpr std::size_t tag_count = 8;

struct Sentence {
    std::vector<std::string> words;
    std::vector<burin::Label> tags;
};

class Writer {
  public:
    /// With `knows_all` names of the test may occur.
    Writer(std::uint64_t seed, bool knows_all)
        : random_{seed, burin::Purpose::user, 0}, knows_all_(knows_all) {}

    Sentence sentence() {
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
        Sentence sentence;
        std::string_view pattern = patterns[draw(patterns.size())];
        while (!pattern.empty()) {
            const std::size_t space = std::min(pattern.find(' '), pattern.size());
            const std::string_view word = pattern.substr(0, space);
            pattern.remove_prefix(std::min(space + 1, pattern.size()));
            if (word == "P")
                person(sentence);
            else if (word == "L")
                place(sentence);
            else if (word == "O")
                organisation(sentence);
            else
                add(sentence, {word}, outside, outside);
        }
        return sentence;
    }

  private:
    std::uint32_t draw(std::size_t bound) {
        return random_.below(static_cast<std::uint32_t>(bound), next_++);
    }

    /// The last third of every list is the test's.
    template <std::size_t Size>
    std::string_view any(const std::array<std::string_view, Size>& words) {
        return words[draw(knows_all_ ? Size : Size - Size / 3)];
    }

    static void add(Sentence& sentence, std::initializer_list<std::string_view> words, Tag first,
                    Tag others) {
        Tag tag = first;
        for (std::string_view word : words) {
            sentence.words.emplace_back(word);
            sentence.tags.push_back(tag);
            tag = others;
        }
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

    void person(Sentence& sentence) {
        switch (draw(4)) {
        case 0:
            return add(sentence, {any(last_names)}, b_person, i_person);
        case 1:
            return add(sentence, {any(first_names)}, b_person, i_person);
        default:
            return add(sentence, {any(first_names), any(last_names)}, b_person, i_person);
        }
    }
    void place(Sentence& sentence) {
        if (draw(5) == 0)
            add(sentence, {"new", any(large_places)}, b_place, i_place);
        else
            add(sentence, {any(places)}, b_place, i_place);
    }
    void organisation(Sentence& sentence) {
        switch (draw(4)) {
        case 0:
            return add(sentence, {"university", "of", any(places)}, b_organisation, i_organisation);
        case 1:
            return add(sentence, {any(places), any(branches)}, b_organisation, i_organisation);
        case 2:
            return add(sentence, {any(last_names), "and", any(last_names)}, b_organisation, i_organisation);
        default:
            return add(sentence, {any(last_names), any(branches)}, b_organisation, i_organisation);
        }
    }

    burin::RandomStream random_;
    std::uint64_t next_ = 0;
    bool knows_all_;
};

/// How many names there are, how many were found, and how many of these are right: kind, beginning and end.
struct NameCounts {
    std::size_t actual = 0, found = 0, right = 0;

    double precision() const {
        return static_cast<double>(right) / static_cast<double>(found > 0 ? found : 1);
    }
    double recall() const {
        return static_cast<double>(right) / static_cast<double>(actual > 0 ? actual : 1);
    }
    double f1() const {
        return 2 * static_cast<double>(right) / static_cast<double>(actual + found > 0 ? actual + found : 1);
    }

    template <class Tags>
    void add(const Tags& truth, const Tags& guess) {
        const auto true_names = names(truth), guessed = names(guess);
        actual += true_names.size();
        found += guessed.size();
        for (const Name& name : guessed)
            for (const Name& other : true_names)
                right += name.first == other.first && name.last == other.last && name.kind == other.kind;
    }

  private:
    struct Name {
        std::size_t first, last;
        burin::Label kind;
    };

    /// A name begins with B, or with an I that goes on from no name of its kind.
    template <class Tags>
    static std::vector<Name> names(const Tags& tags) {
        std::vector<Name> result;
        burin::Label open = 0; // The I that would go on.
        for (std::size_t i = 0; i < tags.size(); ++i) {
            const burin::Label tag = tags[i];
            if (tag <= outside) {
                open = 0;
                continue;
            }
            const bool begins = tag % 2 == 0;
            const burin::Label inside = begins ? tag + 1 : tag;
            if (begins || inside != open)
                result.push_back({i, i, inside});
            else
                result.back().last = i;
            open = inside;
        }
        return result;
    }
};

} // namespace sentences
