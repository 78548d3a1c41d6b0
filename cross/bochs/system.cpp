// As much of Linux as a program needs that is linked statically and only computes and prints: it is loaded,
// has a heap, writes text and ends. Text and exit status go through the port that the emulator copies to its
// output. What is not here answers ENOSYS.

#include <array>
#include <asm/prctl.h>
#include <asm/unistd.h>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <elf.h>

namespace {

// The memory: the program where it wants to lie, its heap behind it, its stack; the disk, of which the first
// page holds the arguments (their number, then their text) and the rest the program's file; pages for the
// program.
constexpr std::uintptr_t page = 4096;
constexpr std::uintptr_t stack_top = 0x0f00'0000;
constexpr std::uintptr_t disk = stack_top, arguments = disk, image = disk + page;
constexpr std::uintptr_t pages_begin = 0x1800'0000, memory_end = 0x2000'0000;

std::uintptr_t heap_begin, heap_end, pages_end;

template <class T>
T& at(std::uintptr_t address) {
    return *reinterpret_cast<T*>(address);
}

constexpr std::uintptr_t round_up(std::uintptr_t size) {
    return (size + page - 1) / page * page;
}

void copy(std::uintptr_t to, std::uintptr_t from, std::size_t size) {
    asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

void clear(std::uintptr_t to, std::size_t size) {
    asm volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(0) : "memory");
}

void write_model_register(std::uint32_t number, std::uint64_t value) {
    asm volatile("wrmsr" : : "c"(number), "a"(value), "d"(value >> 32));
}

std::uint64_t read_model_register(std::uint32_t number) {
    std::uint32_t low, high;
    asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return std::uint64_t{high} << 32 | low;
}

constexpr std::uint32_t fs_base = 0xc000'0100;

void print(const char* text, std::size_t size) {
    asm volatile("rep outsb" : "+S"(text), "+c"(size) : "d"(0xe9) : "memory");
}

void print(char character) {
    print(&character, 1);
}

void print_number(std::uint64_t number, unsigned base = 10) {
    if (number >= base)
        print_number(number / base, base);
    print("0123456789abcdef"[number % base]);
}

// The text ends here: see run.
[[noreturn]] void exit(std::uint64_t status) {
    print('\3');
    print_number(status & 0xff);
    print('\n');
    for (const char character : std::to_array("Shutdown"))
        asm volatile("outb %0, %1" : : "a"(character), "d"(std::uint16_t{0x8900}));
    for (;;)
        asm volatile("hlt");
}

[[noreturn]] void refuse(const char* text, std::size_t size) {
    print(text, size);
    exit(255);
}

#define REFUSE(text) refuse(text, sizeof text - 1)

std::uintptr_t take_pages(std::size_t size) {
    const std::uintptr_t begin = pages_end;
    if (round_up(size) > memory_end - begin)
        return static_cast<std::uintptr_t>(-ENOMEM);
    pages_end += round_up(size);
    clear(begin, size);
    return begin;
}

// The first disk, in requests of 256 sectors of 512 bytes.
void load_disk() {
    constexpr std::uint16_t data = 0x1f0, sector_count = 0x1f2, address_low = 0x1f3, address_middle = 0x1f4,
                            address_high = 0x1f5, drive = 0x1f6, command = 0x1f7, status = command;
    constexpr std::uint8_t identify = 0xec, read_sectors = 0x20, busy = 0x80, data_ready = 0x08,
                           failed = 0x01;
    const auto out = [](std::uint16_t port, std::size_t value) {
        asm volatile("outb %0, %1" : : "a"(static_cast<std::uint8_t>(value)), "d"(port));
    };
    const auto read_sector = [](std::uintptr_t to) {
        std::uint8_t state = busy;
        while ((state & busy) != 0 || (state & (data_ready | failed)) == 0)
            asm volatile("inb %1, %0" : "=a"(state) : "d"(status));
        if ((state & failed) != 0)
            REFUSE("the disk can't be read\n");
        std::size_t words = 256;
        asm volatile("rep insw" : "+D"(to), "+c"(words) : "d"(data) : "memory");
    };
    out(drive, 0xe0);
    out(command, identify);
    read_sector(disk);
    const std::size_t sectors = at<const std::uint32_t>(disk + 60 * 2);
    if (sectors * 512 > pages_begin - disk)
        REFUSE("the program's file is too large\n");
    for (std::size_t sector = 0; sector < sectors; ++sector) {
        if (sector % 256 == 0) {
            out(sector_count, sectors - sector < 256 ? sectors - sector : 0);
            out(address_low, sector);
            out(address_middle, sector >> 8);
            out(address_high, sector >> 16);
            out(drive, 0xe0 | sector >> 24);
            out(command, read_sectors);
        }
        read_sector(disk + sector * 512);
    }
}

struct Piece {
    const char* text;
    std::size_t size;
};

std::size_t print_pieces(const Piece* pieces, std::size_t count) {
    std::size_t sum = 0;
    for (const Piece* piece = pieces; piece != pieces + count; ++piece) {
        print(piece->text, piece->size);
        sum += piece->size;
    }
    return sum;
}

} // namespace

extern "C" {

extern std::uintptr_t program_stack;

// To where the program begins; its stack holds what Linux puts there: arguments, an empty environment, facts
// of the program and the machine.
std::uintptr_t load_program() {
    print('\2');
    load_disk();
    const auto& header = at<const Elf64_Ehdr>(image);
    if (header.e_ident[0] != ELFMAG0 || header.e_machine != EM_X86_64 || header.e_type != ET_EXEC)
        REFUSE("not a program for x86-64 that is linked statically, to lie where it says\n");
    std::uintptr_t table = 0;
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        const auto& part = at<const Elf64_Phdr>(image + header.e_phoff + i * header.e_phentsize);
        if (part.p_type == PT_INTERP)
            REFUSE("a program that is not linked statically\n");
        if (part.p_type != PT_LOAD)
            continue;
        if (part.p_vaddr + part.p_memsz > stack_top / 2)
            REFUSE("the program is too large\n");
        copy(part.p_vaddr, image + part.p_offset, part.p_filesz);
        clear(part.p_vaddr + part.p_filesz, part.p_memsz - part.p_filesz);
        if (part.p_offset <= header.e_phoff && header.e_phoff < part.p_offset + part.p_filesz)
            table = part.p_vaddr + header.e_phoff - part.p_offset;
        heap_begin = heap_end = round_up(part.p_vaddr + part.p_memsz);
    }
    pages_end = pages_begin;

    const auto argument_count = at<const std::uint64_t>(arguments);
    const std::uint64_t facts[] = {
        AT_PHDR, table,    AT_PHENT,       header.e_phentsize, AT_PHNUM, header.e_phnum, AT_PAGESZ,
        page,    AT_ENTRY, header.e_entry, AT_RANDOM,          image,    AT_SECURE,      0,
        AT_NULL, 0};
    constexpr std::size_t fact_words = sizeof facts / sizeof *facts;
    program_stack = (stack_top - (argument_count + 3 + fact_words) * 8) / 16 * 16;
    auto* word = &at<std::uint64_t>(program_stack);
    *word++ = argument_count;
    std::uintptr_t text = arguments + 8;
    for (std::uint64_t i = 0; i < argument_count; ++i) {
        *word++ = text;
        while (at<char>(text++) != 0) {
        }
    }
    *word++ = 0;
    *word++ = 0;
    copy(reinterpret_cast<std::uintptr_t>(word), reinterpret_cast<std::uintptr_t>(facts), sizeof facts);
    return header.e_entry;
}

// What the kernel's manual pages (section 2) say of each call, where this program and machine are all there
// is.
std::uint64_t serve(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d, std::uint64_t e,
                    std::uint64_t, std::uint64_t number) {
    constexpr std::uint64_t map_anonymous = 0x20, map_fixed = 0x10;
    switch (number) {
    case __NR_write:
        print(reinterpret_cast<const char*>(b), c);
        return c;
    case __NR_writev:
        return print_pieces(reinterpret_cast<const Piece*>(b), c);
    case __NR_exit:
    case __NR_exit_group:
        exit(a);
    case __NR_tgkill:
        exit(128 + c);
    case __NR_kill:
    case __NR_tkill:
        exit(128 + b);
    case __NR_brk:
        if (a >= heap_begin && a < stack_top / 4 * 3) {
            if (a > heap_end)
                clear(heap_end, a - heap_end);
            heap_end = a;
        }
        return heap_end;
    case __NR_mmap:
        if ((d & map_anonymous) == 0 || (d & map_fixed) != 0)
            return static_cast<std::uint64_t>(-ENOSYS);
        return take_pages(b);
    case __NR_arch_prctl:
        if (a == ARCH_SET_FS)
            write_model_register(fs_base, b);
        else if (a == ARCH_GET_FS)
            at<std::uint64_t>(b) = read_model_register(fs_base);
        else
            return static_cast<std::uint64_t>(-EINVAL);
        return 0;
    case __NR_uname: {
        constexpr std::size_t field = 65;
        clear(a, 6 * field);
        copy(a + 2 * field, reinterpret_cast<std::uintptr_t>("6.1.0"), 5);
        return 0;
    }
    case __NR_munmap:
    case __NR_mprotect:
    case __NR_madvise:
    case __NR_rt_sigaction:
    case __NR_rt_sigprocmask:
    case __NR_sigaltstack:
    case __NR_set_robust_list:
    case __NR_futex:
    case __NR_close:
        return 0;
    case __NR_set_tid_address:
    case __NR_gettid:
    case __NR_getpid:
        return 1;
    default:
        (void)e;
        return static_cast<std::uint64_t>(-ENOSYS);
    }
}

// The fault's number, a code that some have, the place.
[[noreturn]] void fault(const std::uint64_t* frame) {
    constexpr std::uint32_t with_code =
        1u << 8 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 17;
    const std::uint64_t number = frame[0];
    constexpr char said[] = "processor fault ", where[] = " at 0x";
    print(said, sizeof said - 1);
    print_number(number);
    print(where, sizeof where - 1);
    print_number(frame[(with_code >> number & 1) != 0 ? 2 : 1], 16);
    print('\n');
    exit(128 + 11);
}
}
