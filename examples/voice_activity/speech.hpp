#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

/// When somebody speaks.
struct Speech {
    std::size_t start; ///< Sample.
    std::size_t end;   ///< The one behind the last.
};

struct SpeechOptions {
    double threshold = 0.5;        ///< Speech begins with a chance of so much.
    double lower_threshold = 0.35; ///< It ends with less.
    double least_speech = 0.25;    ///< Seconds; what is shorter is none.
    double most_speech =
        std::numeric_limits<double>::infinity(); ///< What is longer is cut in its longest pause.
    double least_silence = 0.1;                  ///< Of a pause that ends it.
    double padding = 0.03;                       ///< Before and behind.
};

/// Finds speech in chances as they come, by the rules of Silero's `get_speech_timestamps`: two thresholds, so
/// that a chance between them changes nothing, and pauses and words that are too short to count.
class SpeechFinder {
  public:
    SpeechFinder(std::size_t sample_rate, std::size_t chunk_size, const SpeechOptions& options) noexcept
        : options_(options), rate_(static_cast<double>(sample_rate)), chunk_(chunk_size),
          padding_(rate_ * options.padding),
          most_(rate_ * options.most_speech - static_cast<double>(chunk_size) - 2 * padding_) {}

    /// The chance of the next chunk. Calls `heard(Speech)` for what is known to have ended.
    template <class Heard>
    void push(double chance, Heard&& heard) noexcept {
        const std::size_t now = chunk_ * count_++;
        const bool is_speech = chance >= options_.threshold;
        if (is_speech && pause_ != 0) {
            const std::size_t silence = now - pause_;
            if (static_cast<double>(silence) > rate_ * shortest_cut && silence > longest_silence_) {
                longest_pause_ = pause_;
                longest_silence_ = silence;
            }
            pause_ = 0;
        }
        if (!speaks_) {
            if (is_speech)
                begin(now);
            return;
        }
        if (static_cast<double>(now - start_) > most_) {
            const std::size_t cut = longest_pause_, silence = longest_silence_;
            found({start_, cut != 0 ? cut : now}, heard);
            end();
            if (cut == 0)
                return;
            begin(cut + silence);
        }
        if (chance < options_.lower_threshold) {
            if (pause_ == 0)
                pause_ = now;
            if (static_cast<double>(now - pause_) >= rate_ * options_.least_silence) {
                if (static_cast<double>(pause_ - start_) > rate_ * options_.least_speech)
                    found({start_, pause_}, heard);
                end();
            }
        }
    }

    /// The sound ends, and had so many samples.
    template <class Heard>
    void finish(std::size_t samples, Heard&& heard) noexcept {
        if (speaks_ &&
            static_cast<double>(samples) - static_cast<double>(start_) > rate_ * options_.least_speech)
            found({start_, samples}, heard);
        if (has_last_)
            heard(Speech{last_.start, std::min(samples, padded_end())});
        *this = SpeechFinder(static_cast<std::size_t>(rate_), chunk_, options_);
    }

  private:
    static constexpr double shortest_cut = 0.098; // Seconds of a pause in which long speech may be cut.

    void begin(std::size_t at) noexcept {
        speaks_ = true;
        start_ = at;
    }
    void end() noexcept {
        speaks_ = false;
        pause_ = longest_pause_ = longest_silence_ = 0;
    }

    std::size_t padded_end() const noexcept {
        return static_cast<std::size_t>(static_cast<double>(last_.end) + padding_);
    }
    std::size_t padded_start(const Speech& speech) const noexcept {
        return static_cast<std::size_t>(std::max(0.0, static_cast<double>(speech.start) - padding_));
    }

    /// Padding needs the next: between two that are close to each other it is half of the pause.
    template <class Heard>
    void found(Speech speech, Heard& heard) noexcept {
        if (has_last_) {
            const std::size_t silence = speech.start - last_.end;
            const bool is_close = static_cast<double>(silence) < 2 * padding_;
            heard(Speech{last_.start, is_close ? last_.end + silence / 2 : padded_end()});
            speech.start = is_close ? speech.start - silence / 2 : padded_start(speech);
        } else {
            speech.start = padded_start(speech);
        }
        last_ = speech;
        has_last_ = true;
    }

    SpeechOptions options_;
    double rate_;
    std::size_t chunk_;
    double padding_, most_;
    Speech last_{};
    std::size_t count_ = 0, start_ = 0, pause_ = 0, longest_pause_ = 0, longest_silence_ = 0;
    bool speaks_ = false, has_last_ = false;
};
