/*
 * clockask UNIT...: what time it is to each process of these systemd units, by asking each: it is stopped for a moment, made
 * to call the clock_gettime that its own calls reach, and set going again where it was. One line of JSON each:
 *
 *   {"unit":0,"pid":N,"started":N,"atNs":N,"offsetNs":N,"errorNs":N,"zoneSeconds":N}
 *   {"unit":0,"pid":N,"started":N,"why":"…"}                                  it could not be asked
 *
 * offsetNs is what it reads against the kernel's clock, at the moment atNs of CLOCK_MONOTONIC and to within errorNs;
 * zoneSeconds the local time that a process with its root and its TZ has, seconds east of UTC.
 *
 * clockask try: ends with 0 where processes can be asked here at all.
 *
 * It shares its pid namespace with the node, and needs SYS_PTRACE, and SYS_CHROOT for the zone. A call that waits is taken up
 * again by the kernel, as after any stop; epoll_wait and its like return early with EINTR (man 7 signal).
 */
#define _GNU_SOURCE
#include "clocktime.h"
#include "process.h"
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <link.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#ifndef __x86_64__
int main(void) {
  puts("{\"why\":\"processes can only be asked on x86-64\"}");
  return 69;
}
#else

#define SECOND 1000000000LL
/* The answer that took the least time tells the most; one that took no longer than this tells enough. */
#define CALLS 40
#define CLOSE_ENOUGH_NS 4000
#define PATIENCE_MS 500
#define MAX_LIBRARIES 512
#define MAX_DYNAMIC 256

static const char *why;
static int memory;

static bool peek(uint64_t at, void *into, size_t length) {
  return pread(memory, into, length, (off_t)at) == (ssize_t)length;
}

static bool refuse(const char *reason) {
  why = reason;
  return false;
}

/* Where the list of its libraries is; 0 where it has none, or not yet. */
static uint64_t first_library(int pid) {
  uint64_t pairs[128] = {0}, headers = 0, count = 0, bias = 0, dynamic = 0;
  if (read_proc(pid, "auxv", (char *)pairs, sizeof pairs) <= 0) return refuse("it ended");
  for (int i = 0; i < 126 && pairs[i] != AT_NULL; i += 2) {
    if (pairs[i] == AT_PHDR) headers = pairs[i + 1];
    if (pairs[i] == AT_PHNUM) count = pairs[i + 1];
  }
  Elf64_Phdr header;
  bool has_loader = false;
  for (uint64_t i = 0; i < count && peek(headers + i * sizeof header, &header, sizeof header); i++) {
    if (header.p_type == PT_PHDR) bias = headers - header.p_vaddr;
    if (header.p_type == PT_INTERP) has_loader = true;
    if (header.p_type == PT_DYNAMIC) dynamic = header.p_vaddr;
  }
  if (!has_loader || !dynamic) return refuse("it is static: it asks the kernel by itself, and no library stands before that");
  Elf64_Dyn entry;
  for (int i = 0; i < MAX_DYNAMIC && peek(bias + dynamic + i * sizeof entry, &entry, sizeof entry) && entry.d_tag != DT_NULL; i++) {
    struct r_debug loaded;
    if (entry.d_tag != DT_DEBUG || !peek(entry.d_un.d_ptr, &loaded, sizeof loaded)) continue;
    if (loaded.r_state == RT_CONSISTENT && loaded.r_map) return (uint64_t)loaded.r_map;
  }
  return refuse("its libraries are not loaded yet");
}

static uint32_t gnu_hash(const char *name) {
  uint32_t hash = 5381;
  for (; *name; name++) hash = hash * 33 + (unsigned char)*name;
  return hash;
}

/* The function of that name in one library; 0 where it has none. */
static uint64_t defined_in(const struct link_map *library, const char *name) {
  uint64_t hashes = 0, symbols = 0, names = 0;
  Elf64_Dyn entry;
  for (int i = 0; i < MAX_DYNAMIC && peek((uint64_t)(library->l_ld + i), &entry, sizeof entry) && entry.d_tag != DT_NULL; i++) {
    if (entry.d_tag == DT_GNU_HASH) hashes = entry.d_un.d_ptr;
    if (entry.d_tag == DT_SYMTAB) symbols = entry.d_un.d_ptr;
    if (entry.d_tag == DT_STRTAB) names = entry.d_un.d_ptr;
  }
  /* buckets, first symbol, words of the filter, its shift; the filter, the buckets and the chains follow. */
  uint32_t table[4], wanted = gnu_hash(name), hash, index;
  if (!hashes || !symbols || !names || !peek(hashes, table, sizeof table) || table[0] == 0) return 0;
  uint64_t buckets = hashes + sizeof table + table[2] * 8, chains = buckets + table[0] * 4;
  if (!peek(buckets + wanted % table[0] * 4, &index, sizeof index) || index < table[1]) return 0;
  do {
    Elf64_Sym symbol;
    char found[64] = "";
    if (!peek(chains + (index - table[1]) * 4, &hash, sizeof hash)) return 0;
    if ((hash | 1) != (wanted | 1) || !peek(symbols + index * sizeof symbol, &symbol, sizeof symbol)) continue;
    bool is_function = ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF;
    if (is_function && peek(names + symbol.st_name, found, strlen(name) + 1) && !strcmp(found, name)) return library->l_addr + symbol.st_value;
  } while (index++, !(hash & 1));
  return 0;
}

/* The clock_gettime that calls of this process reach: the first in the order in which its libraries were loaded. */
static uint64_t function_reached(int pid) {
  struct link_map library;
  uint64_t at = first_library(pid);
  if (!at) return 0;
  for (int i = 0; at && i < MAX_LIBRARIES && peek(at, &library, sizeof library); i++, at = (uint64_t)library.l_next) {
    char name[16] = "";
    peek((uint64_t)library.l_name, name, sizeof name - 1);
    if (!strncmp(name, "linux-vdso", 10)) continue; /* it is in the list, and nobody's names are looked up in it */
    uint64_t found = defined_in(&library, "clock_gettime");
    if (found) return found;
  }
  return refuse("none of its libraries has clock_gettime");
}

/* The call ends by returning to address 0; a process that would not notice that must not be made to. */
static bool takes_faults(int pid) {
  char text[4096];
  if (read_proc(pid, "status", text, sizeof text) <= 0) return refuse("it ended");
  static const char *const sets[] = {"\nSigBlk:", "\nSigIgn:"};
  for (int i = 0; i < 2; i++) {
    char *line = strstr(text, sets[i]);
    if (line && strtoull(line + 8, NULL, 16) >> (SIGSEGV - 1) & 1) return refuse("it blocks or ignores SIGSEGV, by which it would be asked");
  }
  return true;
}

static void on_alarm(int signal) { (void)signal; }

/* The status of its next stop; false where it does not come in time, or ends. */
static bool next_stop(int pid, int *status) {
  struct itimerval patience = {.it_value = {.tv_usec = PATIENCE_MS * 1000}}, off = {0};
  setitimer(ITIMER_REAL, &patience, NULL);
  int found = waitpid(pid, status, __WALL);
  setitimer(ITIMER_REAL, &off, NULL);
  return found == pid && WIFSTOPPED(*status);
}

static bool is_interruption(int status) { return status >> 16 == PTRACE_EVENT_STOP && WSTOPSIG(status) == SIGTRAP; }

/* Signals that come meanwhile are its own, and are passed on. */
static bool stop(int pid) {
  int status;
  if (ptrace(PTRACE_SEIZE, pid, 0, 0) != 0) return refuse(errno == EPERM ? "it may not be traced" : "it ended");
  ptrace(PTRACE_INTERRUPT, pid, 0, 0);
  while (next_stop(pid, &status)) {
    if (is_interruption(status)) return true;
    if (status >> 16 == PTRACE_EVENT_STOP) break;
    ptrace(PTRACE_CONT, pid, 0, WSTOPSIG(status));
  }
  ptrace(PTRACE_DETACH, pid, 0, 0);
  return refuse("it stands still");
}

/* One call of it; true with the time that it came back with. */
static bool called(int pid, const struct user_regs_struct *saved, uint64_t function, struct timespec *answer) {
  struct user_regs_struct regs = *saved;
  uint64_t buffer = (saved->rsp - 1024) & ~63ULL, top = buffer - 8, nowhere = 0;
  if (pwrite(memory, &nowhere, 8, (off_t)top) != 8) return false;
  regs.rip = function;
  regs.rdi = CLOCK_REALTIME;
  regs.rsi = buffer;
  regs.rsp = top;
  regs.rax = 0;
  regs.orig_rax = ~0ULL; /* no call of its own is to be taken up again yet */
  regs.eflags &= ~0x400ULL; /* direction flag: the calling convention wants it clear */
  ptrace(PTRACE_SETREGS, pid, 0, &regs);
  int status, signal = 0;
  for (;;) {
    ptrace(PTRACE_CONT, pid, 0, signal);
    if (!next_stop(pid, &status)) return false;
    ptrace(PTRACE_GETREGS, pid, 0, &regs);
    if (WSTOPSIG(status) == SIGSEGV && regs.rip == 0) break;
    signal = status >> 16 == PTRACE_EVENT_STOP ? 0 : WSTOPSIG(status);
  }
  return regs.rax == 0 && peek(buffer, answer, sizeof *answer);
}

/*
 * Waits for a stop however long that takes, unless it has ended: one that went on in our call would return to nowhere and
 * end by it. On a processor that is held back a stop takes its time.
 */
static bool stopped_at_last(int pid) {
  int status;
  ptrace(PTRACE_INTERRUPT, pid, 0, 0);
  for (;;) {
    int found = waitpid(pid, &status, __WALL);
    if (found < 0 && errno == EINTR) continue;
    return found == pid && WIFSTOPPED(status);
  }
}

struct answer {
  int64_t at_ns;
  int64_t offset_ns;
  int64_t error_ns;
};

static const int ending[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE};

/* Stopped, asked a few times, and set going where it was. */
static bool ask(int pid, struct answer *best) {
  static char wide[32768];
  struct iovec vectors = {.iov_base = wide, .iov_len = sizeof wide};
  struct user_regs_struct saved;
  uint64_t function = function_reached(pid);
  if (!function || !takes_faults(pid) || !stop(pid)) return false;
  /* Whoever ends us waits until it is set going where it was. */
  sigset_t ends, before;
  sigemptyset(&ends);
  for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) sigaddset(&ends, ending[i]);
  sigprocmask(SIG_BLOCK, &ends, &before);
  if (ptrace(PTRACE_GETREGS, pid, 0, &saved) != 0 || ptrace(PTRACE_GETREGSET, pid, NT_X86_XSTATE, &vectors) != 0) {
    ptrace(PTRACE_DETACH, pid, 0, 0);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return refuse("its registers cannot be read");
  }
  bool answered = true;
  best->error_ns = INT64_MAX;
  for (int i = 0; i < CALLS && answered && best->error_ns > CLOSE_ENOUGH_NS; i++) {
    struct timespec t;
    int64_t before = clock_ns(CLOCK_REALTIME);
    answered = called(pid, &saved, function, &t);
    int64_t after = clock_ns(CLOCK_REALTIME), half = (after - before) / 2;
    if (!answered || half >= best->error_ns) continue;
    *best = (struct answer){.at_ns = now_ns(), .offset_ns = t.tv_sec * SECOND + t.tv_nsec - before - half, .error_ns = half};
  }
  if (!answered && !stopped_at_last(pid)) {
    sigprocmask(SIG_SETMASK, &before, NULL);
    return refuse("it ended");
  }
  ptrace(PTRACE_SETREGSET, pid, NT_X86_XSTATE, &vectors);
  ptrace(PTRACE_SETREGS, pid, 0, &saved);
  ptrace(PTRACE_DETACH, pid, 0, 0);
  sigprocmask(SIG_SETMASK, &before, NULL);
  return answered || refuse("it did not answer");
}

/* In a child of our own, which goes into the other's root. */
static bool zone_of(int pid, int32_t *seconds) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  pid_t child = fork();
  if (child == 0) {
    static char environment[1 << 18];
    char root[64];
    ssize_t length = read_proc(pid, "environ", environment, sizeof environment);
    unsetenv("TZ");
    for (char *at = environment; length > 0 && at < environment + length; at += strlen(at) + 1)
      if (!strncmp(at, "TZ=", 3)) setenv("TZ", at + 3, 1);
    snprintf(root, sizeof root, "/proc/%d/root", pid);
    struct tm local;
    time_t now = time(NULL);
    if (chroot(root) != 0 || chdir("/") != 0) _exit(1);
    tzset();
    localtime_r(&now, &local);
    int32_t offset = (int32_t)local.tm_gmtoff;
    _exit(write(ends[1], &offset, sizeof offset) == sizeof offset ? 0 : 1);
  }
  close(ends[1]);
  bool found = child > 0 && read(ends[0], seconds, sizeof *seconds) == sizeof *seconds;
  close(ends[0]);
  if (child > 0) waitpid(child, NULL, 0);
  return found;
}

static void tell(int unit, int pid) {
  struct process_stat stat;
  char path[64];
  struct answer answer;
  int32_t zone = 0;
  why = NULL;
  if (!read_stat(pid, &stat)) return;
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  memory = open(path, O_RDWR | O_CLOEXEC);
  if (memory < 0) refuse("its memory may not be read");
  else if (stat.state == 'T' || stat.state == 't') refuse("it stands still");
  else if (!zone_of(pid, &zone)) refuse("its root cannot be entered");
  else ask(pid, &answer);
  if (memory >= 0) close(memory);
  if (why && !read_stat(pid, &stat)) return; /* it ended meanwhile */
  printf("{\"unit\":%d,\"pid\":%d,\"started\":%llu,", unit, pid, stat.started);
  if (why) printf("\"why\":\"%s\"}\n", why);
  else
    printf("\"atNs\":%" PRId64 ",\"offsetNs\":%" PRId64 ",\"errorNs\":%" PRId64 ",\"zoneSeconds\":%d}\n", answer.at_ns, answer.offset_ns, answer.error_ns, zone);
}

static int try_it(void) {
  int ends[2];
  if (pipe(ends) != 0) return 1;
  pid_t child = fork();
  if (child == 0) {
    char byte;
    close(ends[1]);
    _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
  }
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", child);
  memory = open(path, O_RDWR | O_CLOEXEC);
  struct answer answer;
  bool answered = memory >= 0 && ask(child, &answer);
  int status = 0;
  close(ends[0]);
  close(ends[1]);
  waitpid(child, &status, 0);
  return answered && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
  struct sigaction action = {.sa_handler = on_alarm};
  sigaction(SIGALRM, &action, NULL);
  if (argc == 2 && !strcmp(argv[1], "try")) return try_it();
  if (argc < 2) {
    fputs("usage: clockask UNIT... | clockask try\n", stderr);
    return 64;
  }
  DIR *folder = opendir("/proc");
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    int pid = atoi(entry->d_name);
    for (int unit = 1; pid > 1 && unit < argc; unit++)
      if (is_in_unit(pid, argv[unit])) tell(unit - 1, pid);
  }
  if (folder) closedir(folder);
  return 0;
}
#endif
