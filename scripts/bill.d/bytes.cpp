// A file's bytes as a constant: BILL_FILE, under the name BILL_NAME.
#define TEXT(name) #name
#define TEXT_OF(name) TEXT(name)
#define NAME TEXT_OF(BILL_NAME)

asm(".pushsection .rodata." NAME ", \"a\"\n"
    " .balign 64\n"
    " .global " NAME "\n"
    " .type " NAME ", %object\n" NAME ": .incbin \"" BILL_FILE "\"\n"
    " .size " NAME ", . - " NAME "\n"
    " .popsection");
