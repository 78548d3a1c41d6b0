#pragma once

// Needs libjpeg-turbo, or another libjpeg.

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/images/image.hpp"

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <jpeglib.h>

#include <jerror.h>

namespace burin::data::images {

/// Whether these bytes begin as a JPEG file does.
constexpr bool is_jpeg(std::string_view bytes) noexcept {
    using namespace std::string_view_literals;
    return bytes.starts_with("\xff\xd8\xff"sv);
}

namespace detail {

/// Where libjpeg's errors come back to, and what they said. The library leaves a failed call by longjmp: so
/// each call is made by `call`, between whose setjmp and the library nothing has a destructor, and Error is
/// thrown only when that has come back.
struct JpegErrors {
    jpeg_error_mgr manager{};
    std::jmp_buf back{};
    char message[JMSG_LENGTH_MAX] = {};

    JpegErrors() noexcept {
        jpeg_std_error(&manager);
        manager.error_exit = [](j_common_ptr jpeg) {
            auto* const self = reinterpret_cast<JpegErrors*>(jpeg->err);
            jpeg->err->format_message(jpeg, self->message);
            std::longjmp(self->back, 1);
        };
        // libjpeg goes on after damage and a missing end, with grey in place of the picture: here they are
        // errors. What only stands between the parts of a file does no harm.
        manager.emit_message = [](j_common_ptr jpeg, int level) {
            const int code = jpeg->err->msg_code;
            if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_TOO_MUCH_DATA &&
                code != JWRN_ADOBE_XFORM && code != JWRN_JFIF_MAJOR)
                jpeg->err->error_exit(jpeg);
        };
        manager.output_message = [](j_common_ptr) {};
    }
    JpegErrors(const JpegErrors&) = delete;
    JpegErrors& operator=(const JpegErrors&) = delete;

    /// False if the call failed. It must be one that owns nothing.
    template <class Call>
    [[nodiscard, gnu::noinline]] bool call(const Call& function) noexcept {
        static_assert(std::is_trivially_destructible_v<Call>);
        if (setjmp(back) != 0)
            return false;
        function();
        return true;
    }
};

struct JpegDecoder {
    JpegErrors errors{};
    jpeg_decompress_struct jpeg{};
    jpeg_progress_mgr progress{};

    JpegDecoder() {
        jpeg.err = &errors.manager;
        if (!errors.call([this] { jpeg_create_decompress(&jpeg); }))
            throw std::bad_alloc();
        // A progressive file of a few kilobytes may have scan after scan over the whole picture.
        progress.progress_monitor = [](j_common_ptr common) {
            const auto* const decoder = reinterpret_cast<j_decompress_ptr>(common);
            if (decoder->input_scan_number > most_scans) {
                auto* const raised = reinterpret_cast<JpegErrors*>(common->err);
                std::snprintf(raised->message, sizeof raised->message, "more than %d scans", most_scans);
                std::longjmp(raised->back, 1);
            }
        };
        jpeg.progress = &progress;
    }
    JpegDecoder(const JpegDecoder&) = delete;
    JpegDecoder& operator=(const JpegDecoder&) = delete;
    ~JpegDecoder() { jpeg_destroy_decompress(&jpeg); }

    static constexpr int most_scans = 500;
};

struct JpegEncoder {
    JpegErrors errors{};
    jpeg_compress_struct jpeg{};
    unsigned char* file = nullptr; ///< From malloc.
    unsigned long size = 0;

    JpegEncoder() {
        jpeg.err = &errors.manager;
        if (!errors.call([this] { jpeg_create_compress(&jpeg); }))
            throw std::bad_alloc();
    }
    JpegEncoder(const JpegEncoder&) = delete;
    JpegEncoder& operator=(const JpegEncoder&) = delete;
    ~JpegEncoder() {
        jpeg_destroy_compress(&jpeg);
        std::free(file);
    }
};

/// The EXIF data among the markers that were kept, or nothing.
inline std::string_view exif_of(const jpeg_decompress_struct& jpeg) noexcept {
    using namespace std::string_view_literals;
    constexpr std::string_view begin = "Exif\0\0"sv;
    for (const auto* marker = jpeg.marker_list; marker != nullptr; marker = marker->next) {
        const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
        if (data.starts_with(begin))
            return data.substr(begin.size());
    }
    return {};
}

} // namespace detail

/// The image of a JPEG file in memory; `name` is what messages call it.
///
/// Sequential and progressive files of 8 bits are read. Without `options.channels` grey gives one channel,
/// all else red, green and blue: CMYK and YCCK too, by red = (1 − cyan)(1 − black) and so on, for which
/// Adobe's files, told by their marker, have the values inverted. Colour profiles are ignored.
///
/// Throws Error, naming the file: if it is none, is damaged or cut short (libjpeg itself would fill up what
/// is missing), has more pixels or needs more bytes than `options` allow, or has more than 500 scans.
template <class Value = float>
ImageOf<Value> decode_jpeg(std::string_view bytes, const std::string& name,
                           const ReadImageOptions& options = {}) {
    return core::within_memory(name, [&] {
        if (!is_jpeg(bytes))
            throw Error(name + ": expected a JPEG file, got " + burin::core::quoted(bytes.substr(0, 8)));
        detail::JpegDecoder decoder;
        jpeg_decompress_struct& jpeg = decoder.jpeg;
        const auto call = [&](const auto& function) {
            if (!decoder.errors.call(function))
                throw Error(name +
                            ": expected a whole JPEG image, got a damaged one: " + decoder.errors.message);
        };
        call([&] {
            jpeg.mem->max_memory_to_use =
                static_cast<long>(std::min<std::size_t>(options.max_bytes, std::numeric_limits<long>::max()));
            jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
            jpeg_save_markers(&jpeg, JPEG_APP0 + 1, 0xFFFF);
            jpeg_read_header(&jpeg, TRUE);
        });
        const unsigned orientation = options.orient ? detail::exif_orientation(detail::exif_of(jpeg)) : 1;
        const std::size_t height = jpeg.image_height, width = jpeg.image_width;
        detail::check_extents(name, height, width, 4 * sizeof(Value), options);
        const bool grey = jpeg.jpeg_color_space == JCS_GRAYSCALE;
        const bool inks = jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK;
        const std::size_t found = grey ? 1 : 3;
        const std::size_t wanted =
            options.channels == Channels::as_in_file ? found : static_cast<std::size_t>(options.channels);
        jpeg.out_color_space = grey ? JCS_GRAYSCALE : inks ? JCS_CMYK : JCS_RGB;
        call([&] { jpeg_start_decompress(&jpeg); });

        // Row by row: of a file that is cut short the rows that are missing are never made.
        const auto components = static_cast<std::size_t>(jpeg.output_components);
        ImageOf<Value> image{height, width, wanted, {}};
        std::vector<std::uint8_t> row(width * components);
        while (jpeg.output_scanline < jpeg.output_height) {
            call([&] {
                JSAMPROW rows[] = {row.data()};
                jpeg_read_scanlines(&jpeg, rows, 1);
            });
            const std::size_t first = image.values.size();
            image.values.resize(first + width * wanted);
            for (std::size_t x = 0; x < width; ++x) {
                const std::uint8_t* const ink = row.data() + x * components;
                std::uint8_t colour[3] = {ink[0], 0, 0};
                for (std::size_t c = 1; c < found; ++c)
                    colour[c] = ink[c];
                if (inks)
                    for (std::size_t c = 0; c < 3; ++c) {
                        const unsigned white = jpeg.saw_Adobe_marker ? ink[c] : 255u - ink[c];
                        const unsigned light = jpeg.saw_Adobe_marker ? ink[3] : 255u - ink[3];
                        colour[c] = static_cast<std::uint8_t>((white * light + 127) / 255);
                    }
                Value pixel[3] = {};
                for (std::size_t c = 0; c < found; ++c)
                    pixel[c] = detail::from_bits<Value>(colour[c], 8);
                detail::convert_pixel(pixel, found, image.values.data() + first + x * wanted, wanted);
            }
        }
        call([&] { jpeg_finish_decompress(&jpeg); });
        return detail::oriented(std::move(image), orientation);
    });
}

/// The bytes of a JPEG file of a grey image or of one of red, green and blue. `quality` is libjpeg's, 1 to
/// 100; colour is stored at half the resolution, as usual. Throws Error for another number of channels, for
/// an image without pixels or beyond 65,500 a side, and for another quality.
inline std::string encode_jpeg(const ByteImage& image, int quality = 90) {
    return core::within_memory("encode_jpeg", [&] {
        if (image.channels != 1 && image.channels != 3)
            throw Error("encode_jpeg: expected 1 or 3 channels, got " + std::to_string(image.channels));
        if (quality < 1 || quality > 100)
            throw Error("encode_jpeg: expected a quality of 1 to 100, got " + std::to_string(quality));
        if (image.width == 0 || image.height == 0 || image.width > JPEG_MAX_DIMENSION ||
            image.height > JPEG_MAX_DIMENSION || image.values.size() != image.view().size())
            throw Error("encode_jpeg: expected an image of 1 to 65500 pixels a side, got " +
                        std::to_string(image.width) + " x " + std::to_string(image.height) + " and " +
                        std::to_string(image.values.size()) + " values");
        detail::JpegEncoder encoder;
        jpeg_compress_struct& jpeg = encoder.jpeg;
        const bool done = encoder.errors.call([&] {
            jpeg_mem_dest(&jpeg, &encoder.file, &encoder.size);
            jpeg.image_width = static_cast<JDIMENSION>(image.width);
            jpeg.image_height = static_cast<JDIMENSION>(image.height);
            jpeg.input_components = static_cast<int>(image.channels);
            jpeg.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
            jpeg_set_defaults(&jpeg);
            jpeg_set_quality(&jpeg, quality, TRUE);
            jpeg_start_compress(&jpeg, TRUE);
            while (jpeg.next_scanline < jpeg.image_height) {
                // libjpeg only reads them.
                JSAMPROW rows[] = {const_cast<std::uint8_t*>(image.view().pixel(jpeg.next_scanline, 0))};
                jpeg_write_scanlines(&jpeg, rows, 1);
            }
            jpeg_finish_compress(&jpeg);
        });
        if (!done)
            throw Error(std::string("encode_jpeg: ") + encoder.errors.message);
        return std::string(reinterpret_cast<const char*>(encoder.file), encoder.size);
    });
}

} // namespace burin::data::images
