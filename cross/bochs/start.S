// What the processor does between power and load_program(): from real to long mode in one step, vectors on.
// The ROM lies in the last 64 KiB of the first megabyte, where the processor sees the end of the memory at first.

    .section .rom, "ax"
    .globl rom, entry_of_program, program_stack
rom:
    .code16
wake:
    cli
    lgdtl %cs:(segments_register - rom)
    // CR4: PAE, PGE, OSFXSR, OSXMMEXCPT, OSXSAVE.
    movl $0x406a0, %eax
    movl %eax, %cr4
    movl $page_map, %eax
    movl %eax, %cr3
    // EFER: LME, SCE.
    movl $0xc0000080, %ecx
    movl $0x101, %eax
    xorl %edx, %edx
    wrmsr
    // CR0: PG, NE, ET, MP, PE.
    movl $0x80000033, %eax
    movl %eax, %cr0
    ljmpl $8, $awake

    .code64
awake:
    movl $16, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    // XCR0: x87, SSE, AVX, and the three parts of AVX-512.
    xorl %ecx, %ecx
    xorl %edx, %edx
    movl $0xe7, %eax
    xsetbv
    fninit
    movl $stack_end, %esp
    lidt faults_register
    // LSTAR, where syscall goes; STAR, which leaves the segments as they are.
    movl $0xc0000082, %ecx
    movl $system_call, %eax
    wrmsr
    movl $0xc0000081, %ecx
    xorl %eax, %eax
    movl $8, %edx
    wrmsr
    call load_program
    movq program_stack, %rsp
    xorl %edx, %edx
    xorl %ebp, %ebp
    jmp *%rax

// A call's number in rax, its arguments in rdi, rsi, rdx, r10, r8, r9; the way back in rcx, the flags in r11. The
// program has all privileges itself, so that the way back is a jump. Nothing but rax may change, nor what lies below
// the program's stack.
system_call:
    movq %rsp, program_stack
    movl $stack_end, %esp
    pushq %r11
    pushq %rcx
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %r10
    pushq %r8
    pushq %r9
    pushq %r9
    pushq %rax
    movq %r10, %rcx
    call serve
    popq %r9
    popq %r9
    popq %r9
    popq %r8
    popq %r10
    popq %rdx
    popq %rsi
    popq %rdi
    popq %rcx
    popfq
    movq program_stack, %rsp
    jmp *%rcx

// A processor fault: its number above what the processor has pushed.
    .balign 16
fault_stubs:
    .rept 32
    .balign 16
    pushq $(. - fault_stubs) / 16
    jmp any_fault
    .endr
any_fault:
    movq %rsp, %rdi
    movl $stack_end, %esp
    call fault

    .balign 16
faults:
    number = 0
    .rept 32
    .word fault_stubs - rom + 16 * number, 8, 0x8e00, 0xf, 0, 0, 0, 0
    number = number + 1
    .endr
faults_register:
    .word . - faults - 1
    .quad faults

// Code of 64 bits, data.
    .balign 16
segments:
    .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff
segments_register:
    .word . - segments - 1
    .long segments

// The first gibibyte, where it is, in pages of 2 MiB; marked as used and written, which can't be done in ROM.
    .balign 4096
page_map:
    .quad page_directory_pointers + 0x63
    .balign 4096
page_directory_pointers:
    .quad page_directory + 0x63
    .balign 4096
page_directory:
    number = 0
    .rept 512
    .quad number * 0x200000 + 0xe3
    number = number + 1
    .endr

    .section .wake, "ax"
    .code16
    ljmp $0xf000, $(wake - rom)
    .balign 16

    .section .bss
    .balign 8
program_stack:
    .quad 0
