#pragma once

#include "burin/core/language.hpp"

#include <string>
#include <string_view>

namespace burin::io::c {

/// Whether a name is one of the standard library of C99, as a function, type or macro: a program can't have
/// another function of that name, or would put it in the library's place.
inline bool is_taken(std::string_view name) {
    static constexpr std::string_view words =
        " main NULL NAN INFINITY EOF BUFSIZ FILE errno stdin stdout stderr assert offsetof "
        "abort abs atexit atof atoi atol atoll bsearch calloc div exit free getenv labs ldiv llabs lldiv "
        "malloc "
        "mblen mbtowc qsort rand realloc srand system wctomb "
        "clearerr fclose feof ferror fflush fgetc fgetpos fgets fopen fprintf fputc fputs fread freopen "
        "fscanf "
        "fseek fsetpos ftell fwrite getc getchar gets perror printf putc putchar puts remove rename rewind "
        "scanf setbuf setvbuf snprintf sprintf sscanf tmpfile tmpnam ungetc vfprintf vfscanf vprintf vscanf "
        "vsnprintf vsprintf vsscanf "
        "memchr memcmp memcpy memmove memset strcat strchr strcmp strcoll strcpy strcspn strdup strerror "
        "strftime "
        "strlen strncat strncmp strncpy strpbrk strrchr strspn strstr strtod strtof strtok strtol strtold "
        "strtoll "
        "strtoul strtoull strxfrm size_t ptrdiff_t wchar_t max_align_t float_t double_t "
        "asctime clock ctime difftime gmtime localtime mktime time tm raise signal longjmp setjmp "
        "isalnum isalpha isblank iscntrl isdigit isgraph islower isprint ispunct isspace isupper isxdigit "
        "tolower toupper setlocale localeconv "
        "fpclassify isfinite isinf isnan isnormal signbit isgreater isgreaterequal isless islessequal "
        "islessgreater isunordered ";
    // Of these there are forms for float and long double.
    static constexpr std::string_view functions = " acos acosh asin asinh atan atan2 atanh cbrt ceil "
                                                  "copysign cos cosh erf erfc exp exp2 expm1 fabs fdim "
                                                  "floor fma fmax fmin fmod frexp gamma hypot ilogb j0 j1 jn "
                                                  "ldexp lgamma llrint llround log log10 log1p "
                                                  "log2 logb lrint lround modf nan nearbyint nextafter "
                                                  "nexttoward pow remainder remquo rint round scalbln "
                                                  "scalbn sin sinh sqrt tan tanh tgamma trunc y0 y1 yn ";
    const auto holds = [](std::string_view list, std::string_view word) {
        return list.find(" " + std::string(word) + " ") != std::string_view::npos;
    };
    const auto begins = [name](std::string_view start) { return name.starts_with(start); };
    // <stdint.h>.
    const bool is_whole = begins("int") || begins("uint") || begins("INT") || begins("UINT") ||
                          begins("SIZE") || begins("PTRDIFF") || begins("WCHAR") || begins("WINT") ||
                          begins("SIG_ATOMIC");
    const bool is_type_or_bound = name.ends_with("_t") || name.ends_with("_MAX") || name.ends_with("_MIN");
    if ((is_whole && is_type_or_bound) || begins("HUGE_VAL") || begins("FP_") || begins("__"))
        return true;
    const std::string_view base = name.substr(0, name.size() - (name.ends_with('f') || name.ends_with('l')));
    return holds(words, name) || holds(functions, name) || holds(functions, base);
}

} // namespace burin::io::c
