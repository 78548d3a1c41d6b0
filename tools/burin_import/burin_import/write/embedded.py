"""Weights as bytes in a file beside the header, which the assembler puts into the program.

Millions of numbers as text take a compiler seconds and gigabytes. The file has the header's name with `.bin` behind, so
that `__FILE__ ".bin"` finds it wherever the header lies. A section of its own that the linker keeps once (`comdat`), so
that several files of a program may include the header; `.ifndef` because link-time optimization assembles them together.
"""


def declaration(name, space, header, count):
    symbol = f"burin_{space}_{name}"
    return f"""static_assert(std::endian::native == std::endian::little && memory_alignment <= 64);
// {count} floats of {header}.bin, which lies beside this header.
#if defined(__ELF__)
__asm__(".ifndef {symbol}\\n"
        ".pushsection .rodata.{symbol}, \\"aG\\", %progbits, {symbol}, comdat\\n"
        ".weak {symbol}\\n.hidden {symbol}\\n.balign 64\\n"
        "{symbol}:\\n.incbin \\"" __FILE__ ".bin\\"\\n"
        ".popsection\\n.endif\\n");
#elif defined(__APPLE__)
__asm__(".ifndef {symbol}\\n"
        ".section __TEXT,__const\\n"
        ".weak_definition {symbol}\\n.private_extern {symbol}\\n.balign 64\\n"
        "{symbol}:\\n.incbin \\"" __FILE__ ".bin\\"\\n"
        ".text\\n.endif\\n");
#else
#error "expected ELF or Mach-O, whose assembler takes files; import again with --embed never"
#endif
extern const float {name}[{count}] __asm__("{symbol}") __attribute__((visibility("hidden")));

"""
