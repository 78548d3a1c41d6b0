#pragma once

#include "tagged.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What people say to a machine at home: what they want, and the words that say of what.
namespace requests {

inline constexpr std::array<std::string_view, 5> intents{"play music", "set an alarm", "tell the weather",
                                                         "switch a device", "book a table"};
inline constexpr std::array<std::string_view, 7> slots{"artist", "song",   "time",  "day",
                                                       "city",   "device", "people"};
enum Slot { artist, song, time, day, city, device, people };

struct Request {
    tagged::Text text;
    std::size_t intent = 0;
};

// The last third of a list, of singers, songs and cities, is the test's.
inline constexpr std::array<std::string_view, 15> artists{
    "mozart",      "nina simone",        "the beatles", "madonna",     "bach",
    "miles davis", "the rolling stones", "sting",       "johnny cash", "the kinks",
    "bjork",       "john cale",          "the clash",   "vivaldi",     "aretha franklin"};
inline constexpr std::array<std::string_view, 12> songs{
    "yesterday",    "summer time", "the four seasons", "imagine",
    "blue monday",  "let it be",   "a night out",      "waterloo sunset",
    "golden brown", "roxanne",     "london calling",   "an der schoenen blauen donau"};
inline constexpr std::array<std::string_view, 12> cities{"paris",  "london",    "new york",  "berlin",
                                                         "rome",   "san diego", "oslo",      "vienna",
                                                         "madrid", "dublin",    "new delhi", "los angeles"};
inline constexpr std::array<std::string_view, 10> times{
    "at seven",    "at half past six",     "at noon",      "at ten", "in an hour", "in ten minutes",
    "at midnight", "at a quarter to nine", "in two hours", "at five"};
inline constexpr std::array<std::string_view, 7> days{"today",       "tomorrow", "on monday",   "on friday",
                                                      "next sunday", "tonight",  "this weekend"};
inline constexpr std::array<std::string_view, 7> devices{
    "the light", "the kitchen light", "the heating",         "the fan",
    "the radio", "the television",    "the lamp in the hall"};
inline constexpr std::array<std::string_view, 5> counts{"two", "three", "four", "five", "six"};

/// R is an artist, S a song, T a time, D a day, C a city, E a device, P so many people.
inline constexpr std::array<std::array<std::string_view, 6>, 5> patterns{
    {{"play S by R", "i want to hear R", "put on some R please", "could you play S", "play me S from R D",
      "let us listen to R"},
     {"wake me T D", "set an alarm T", "i have to get up T D", "please wake me up T", "alarm T D please",
      "ring T so that i do not miss R"},
     {"will it rain in C D", "how is the weather in C", "do i need a coat in C T", "what is it like in C D",
      "tell me if it snows in C T", "is it warm D"},
     {"switch on E", "turn E off T", "could you switch E off please", "i want E on T", "E on",
      "turn off E D"},
     {"book a table for P D T", "reserve a table in C for P", "we are P and want to eat in C T",
      "a table for P T please", "find us a table D for P in C", "dinner for P D"}}};

inline Request make(tagged::Dice& dice, bool all) {
    Request request;
    request.intent = dice.draw(intents.size());
    for (const std::string& part : Vocabulary::split(std::string(dice.any(patterns[request.intent])))) {
        const auto say = [&](const auto& list, Slot slot) {
            request.text.add(dice.any(list, all || (slot != artist && slot != song && slot != city)),
                             tagged::begin(slot));
        };
        if (part == "R")
            say(artists, artist);
        else if (part == "S")
            say(songs, song);
        else if (part == "T")
            say(times, time);
        else if (part == "D")
            say(days, day);
        else if (part == "C")
            say(cities, city);
        else if (part == "E")
            say(devices, device);
        else if (part == "P")
            say(counts, people);
        else
            request.text.add(part);
    }
    return request;
}

} // namespace requests
