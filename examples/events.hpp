#pragma once

#include "tagged.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

/// Who did what to whom, and where: an event, and many ways to tell of it.
namespace events {

/// What a span of a sentence is of its event.
enum Role { agent, verb, patient, other, place };
inline constexpr std::size_t roles = 5;

/// Something goes to another person, or comes from one.
struct Verb {
    std::string_view past, participle, base, preposition;
};
inline constexpr std::array<Verb, 8> verbs{{{"gave", "given", "give", "to"},
                                            {"sold", "sold", "sell", "to"},
                                            {"sent", "sent", "send", "to"},
                                            {"showed", "shown", "show", "to"},
                                            {"took", "taken", "take", "from"},
                                            {"bought", "bought", "buy", "from"},
                                            {"borrowed", "borrowed", "borrow", "from"},
                                            {"got", "got", "get", "from"}}};

inline constexpr std::array<std::string_view, 18> people{
    "anna",  "peter", "the doctor",      "tom",         "emma",          "her brother",
    "laura", "henry", "the young queen", "ivan",        "nina",          "hugo",
    "chloe", "oscar", "the old king",    "the teacher", "her neighbour", "walter"};
inline constexpr std::array<std::string_view, 18> things{
    "the red book",  "a letter",  "the key",       "an apple", "the guitar",  "a map",
    "the green hat", "a lamp",    "the old clock", "a ring",   "the ladder",  "some bread",
    "a bicycle",     "the piano", "a blue vase",   "a spoon",  "the picture", "a ticket"};
inline constexpr std::array<std::string_view, 12> places{"garden",    "kitchen",       "office",  "market",
                                                         "school",    "train station", "library", "park",
                                                         "town hall", "harbour",       "museum",  "forest"};

struct Event {
    Verb verb;
    std::string agent, patient, other, place;

    /// The preposition belongs to no role, but to the place its article.
    std::string where() const { return "the " + place; }
};

/// One in a row of events; `all` with those words that only a test has.
inline Event happen(tagged::Dice& dice, bool all) {
    Event event{.verb = verbs[dice.draw(verbs.size())],
                .agent = std::string(dice.any(people, all)),
                .patient = std::string(dice.any(things, all)),
                .other = {},
                .place = std::string(dice.any(places, all))};
    do
        event.other = dice.any(people, all);
    while (event.other == event.agent);
    return event;
}

/// Ways to tell: A is the agent, V the verb, N its participle, T the patient, X the preposition, O the other
/// person, P the place. Only what goes to a person can be told without a preposition.
inline constexpr std::array<std::string_view, 6> patterns{"A V T X O in P",
                                                          "in P A V T X O",
                                                          "T was N X O by A in P",
                                                          "in P T was N X O by A",
                                                          "it was A who V T X O in P",
                                                          "it was T that A V X O in P"};
inline constexpr std::array<std::string_view, 3> patterns_of_giving{"A V O T in P", "O was N T by A in P",
                                                                    "in P O was N T by A"};

inline tagged::Text tell(tagged::Dice& dice, const Event& event) {
    const bool goes = event.verb.preposition == "to";
    const std::size_t way = dice.draw(patterns.size() + (goes ? patterns_of_giving.size() : 0));
    tagged::Text text;
    for (const std::string& part : Vocabulary::split(std::string(
             way < patterns.size() ? patterns[way] : patterns_of_giving[way - patterns.size()]))) {
        if (part == "A")
            text.add(event.agent, tagged::begin(agent));
        else if (part == "V")
            text.add(event.verb.past, tagged::begin(verb));
        else if (part == "N")
            text.add(event.verb.participle, tagged::begin(verb));
        else if (part == "T")
            text.add(event.patient, tagged::begin(patient));
        else if (part == "X")
            text.add(event.verb.preposition);
        else if (part == "O")
            text.add(event.other, tagged::begin(other));
        else if (part == "P")
            text.add(event.where(), tagged::begin(place));
        else
            text.add(part);
    }
    return text;
}

} // namespace events
