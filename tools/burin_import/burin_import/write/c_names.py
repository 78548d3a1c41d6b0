"""Names that headers of the C library have as macros, functions or types: no namespace may be called so."""

import errno
import re

NAMES = set("""
BIG_ENDIAN BUFSIZ BYTE_ORDER CHAR_BIT CLOCKS_PER_SEC CLOSE_RANGE_CLOEXEC CLOSE_RANGE_UNSHARE CSIGNAL EDOM EILSEQ EOF ERANGE
EXIT_FAILURE EXIT_SUCCESS FD_SETSIZE FILE INFINITY LITTLE_ENDIAN LONG_BIT MATH_ERREXCEPT MATH_ERRNO MAXFLOAT MAX_CANON MAX_INPUT
NAN NFDBITS NULL NZERO PDP_ENDIAN PIPE_BUF P_tmpdir R_OK SNAN SNANL STDERR_FILENO STDIN_FILENO STDOUT_FILENO TIME_UTC WCONTINUED
WEOF WEXITED WNOHANG WNOWAIT WORD_BIT WSTOPPED WUNTRACED W_OK X_OK a64l abort abs access acct acos acosh alarm aligned_alloc
alloca arc4random arc4random_buf arc4random_uniform asctime asin asinh asprintf assert at_quick_exit atan atan2 atanh atexit atof
atoi atol basename bcmp bcopy boost brk bsearch btowc bzero calloc canonicalize canonicalize_file_name cbrt ceil chdir chown
chroot clearenv clearerr clock clock_adjtime clock_getcpuclockid clock_getres clock_gettime clock_nanosleep clock_settime clone
close close_range closefrom confstr copysign cos cosh crypt ctermid ctime cuserid daddl daemon daylight ddivl dfmal difftime div
dmull dprintf drand48 drand48_data drem dsqrtl dsubl dup dup2 dup3 duplocale dysize eaccess ecvt endusershell environ erand48 erf
erfc errno euidaccess execl execle execlp execv execve execveat execvp execvpe exit exp exp10 exp2 explicit_bzero expm1 fabs
faccessat fadd fchdir fchown fchownat fclose fcloseall fcvt fd_mask fdatasync fdim fdiv fdopen feof feof_unlocked ferror fexecve
fflush ffma ffs fgetc fgetpos fgetpos64 fgets fgetwc fgetws fileno finite flockfile floor fma fmax fmaximum fmaximum_mag
fmaximum_mag_num fmaximum_num fmaxmag fmemopen fmin fminimum fminimum_mag fminimum_mag_num fminimum_num fminmag fmod fmul fopen
fopen64 fopencookie fork fpathconf fprintf fputc fputs fputwc fputws fread free freelocale freopen freopen64 frexp fromfp fromfpx
fscanf fseek fseeko fseeko64 fsetpos fsetpos64 fsqrt fsub fsync ftell ftello ftello64 ftruncate ftruncate64 ftrylockfile
funlockfile fwide fwprintf fwrite fwscanf gamma gcvt get_current_dir_name getc getchar getcpu getcwd getdate getdate_err getdelim
getdomainname getdtablesize getegid getenv geteuid getgid getgroups gethostid gethostname getline getloadavg getlogin getopt
getpagesize getpass getpayload getpgid getpgrp getpid getppid getpt getresgid getresuid getsid getsubopt gettid getuid
getusershell getw getwc getwchar getwd gmtime grantpt group_member hypot ilogb index initstate isalnum isalpha isascii isatty
isblank iscntrl iscntrl_l isctype isdigit isgraph isinff isinfl islower isnanf isnanl isprint ispunct isspace isupper iswalnum
iswalpha iswblank iswcntrl iswcntrl_l iswctype iswdigit iswgraph iswlower iswprint iswpunct iswspace iswupper iswxdigit isxdigit
itimerspec j0 j1 jn jrand48 l64a labs lchown lcong48 lconv ldexp ldiv lgamma link linkat linux llabs lldiv llogb llrint llround
localeconv localtime lockf lockf64 log log10 log1p log2 logb lrand48 lrint lround lseek lseek64 malloc math_errhandling mblen
mbrlen mbrtowc mbsinit mbsnrtowcs mbsrtowcs mbstowcs mbtowc memccpy memchr memcmp memcpy memfrob memmem memmove mempcpy memrchr
memset mkdtemp mkostemp mkostemp64 mkostemps mkostemps64 mkstemp mkstemp64 mkstemps mkstemps64 mktemp mktime modf mrand48 nan
nanosleep nearbyint newlocale nextafter nextdown nexttoward nextup nice nrand48 obstack obstack_printf obstack_vprintf on_exit
open_memstream open_wmemstream optarg opterr optind optopt pathconf pause pclose perror pipe pipe2 popen posix_memalign
posix_openpt pow pread pread64 printf profil program_invocation_name program_invocation_short_name pselect ptsname putc putchar
putenv puts putw putwc putwchar pwrite pwrite64 qecvt qfcvt qgcvt qsort quick_exit rand random random_data rawmemchr read readlink
readlinkat realloc reallocarray realpath remainder remove remquo rename renameat renameat2 revoke rewind rindex rint rmdir round
roundeven rpmatch sbrk scalb scalbln scalbn scanf secure_getenv seed48 select setbuf setbuffer setdomainname setegid setenv
seteuid setgid sethostid sethostname setlinebuf setlocale setlogin setns setpayload setpayloadsig setpgid setpgrp setregid
setresgid setresuid setreuid setsid setstate setuid setusershell setvbuf sigabbrev_np sigdescr_np sigevent signgam significand sin
sincos sinh sleep snprintf sprintf sqrt srand srand48 srandom sscanf stderr stdin stdout stpcpy stpncpy strcasecmp strcasestr
strcat strchr strchrnul strcmp strcoll strcoll_l strcpy strcspn strdup strerror strerrordesc_np strerrorname_np strfromd strfromf
strfromf128 strfromf32 strfromf32x strfromf64 strfromf64x strfroml strfry strftime strlen strncasecmp strncat strncmp strncpy
strndup strnlen strpbrk strptime strrchr strsep strsignal strspn strstr strtod strtof strtof128 strtof128_l strtof32 strtof32_l
strtof32x strtof32x_l strtof64 strtof64_l strtof64x strtof64x_l strtof_l strtok strtol strtol_l strtold strtoq strtoul strtoul_l
strtouq strverscmp strxfrm swab swprintf swscanf symlink symlinkat sync syncfs syscall sysconf system tan tanh tcgetpgrp tcsetpgrp
tempnam tgamma time timegm timelocal timer_create timer_delete timer_getoverrun timer_gettime timer_settime timespec timespec_get
timespec_getres timeval timex timezone tm tmpfile tmpfile64 tmpnam toascii tolower totalorder totalordermag toupper towctrans
towlower towupper trunc truncate truncate64 ttyname ttyslot tzset u_char u_int u_long u_short ualarm ufromfp ufromfpx uint ulong
ungetc ungetwc unix unlink unlinkat unlockpt unsetenv unshare uselocale ushort usleep va_list valloc vasprintf vdprintf vfork
vfprintf vfscanf vfwprintf vfwscanf vhangup vprintf vscanf vsnprintf vsprintf vsscanf vswprintf vswscanf vwprintf vwscanf wcpcpy
wcpncpy wcrtomb wcscasecmp wcscat wcschr wcschrnul wcscmp wcscoll wcscoll_l wcscpy wcscspn wcsdup wcsftime wcslen wcsncasecmp
wcsncat wcsncmp wcsncpy wcsnlen wcsnrtombs wcspbrk wcsrchr wcsrtombs wcsspn wcsstr wcstod wcstof wcstof128 wcstof128_l wcstof32
wcstof32_l wcstof32x wcstof32x_l wcstof64 wcstof64_l wcstof64x wcstof64x_l wcstof_l wcstok wcstol wcstol_l wcstold wcstombs wcstoq
wcstoul wcstoul_l wcstouq wcswcs wcswidth wcsxfrm wctob wctomb wctrans wctype wcwidth wmemchr wmemcmp wmemcpy wmemmove wmempcpy
wmemset wprintf write wscanf xsimd y0 y1 yn
""".split()) | {name for name in dir(errno) if name[0] == "E"} | {"EHWPOISON"}
#: Whole families of such names.
FAMILIES = re.compile(r"(SYS|pthread|PTHREAD|BOOST|XSIMD|BURIN|CLONE|STA|SCHED|ADJ|MOD|CLOCK|LC|FP|SEEK|M|RENAME|CPU|TIMER|sched|ATOMIC|HUGE|L|NL|F)_\w+|"
                      r"\w+_(MAX|MIN|WIDTH|t)|SNAN\w*", re.ASCII)
#: What is behind the name of a function for other numbers, places or threads.
VARIANT = re.compile(r"(\w+?)(f\d+x?|[fl])?(_[rl]|_np|_unlocked)?", re.ASCII)


def is_taken(name):
    return name in NAMES or FAMILIES.fullmatch(name) is not None or VARIANT.fullmatch(name).group(1) in NAMES
