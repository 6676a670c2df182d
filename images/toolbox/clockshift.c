/*
 * clockshift.so, preloaded into a unit: its processes read a wall clock that is shifted by what clockset wrote, and that
 * may run fast or slow; all other clocks are as they are. What waits until a time of day waits until that of the shifted
 * clock, as it is when the wait begins.
 *
 * It asks the kernel itself instead of the C library that it stands before: to find that library's functions may read the
 * clock (redis-server stands still at its start where a preloaded library does so). No symbol is newer than the
 * architecture's first glibc, so that older programs load it.
 */
#define _GNU_SOURCE
#include "clockshift.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timeb.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SEEN __attribute__((visibility("default")))
#define SECOND 1000000000LL
/* Later than any uptime, earlier than any shifted time of day: a condition or timer does not tell which clock it is on. */
#define A_TIME_OF_DAY 1000000000LL
/* A sleep until a time of day looks at the clock this often: it may jump meanwhile. */
#define SLICE_NS (SECOND / 10)

#ifdef __x86_64__
__asm__(".symver dlsym, dlsym@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver dlsym, dlsym@GLIBC_2.17");
#endif

static const struct clockshift none;
static const volatile struct clockshift *volatile shared;

/* Before the program can change its root, its account or its limits. A process without the file has the real clock for good. */
__attribute__((constructor)) static void attach(void) {
  if (shared) return;
  int before = errno;
  const volatile struct clockshift *found = &none;
  int file = (int)syscall(SYS_openat, AT_FDCWD, CLOCKSHIFT_FILE, O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    void *page = mmap(NULL, sizeof none, PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) found = page;
    syscall(SYS_close, file);
  }
  shared = found;
  errno = before;
}

static int64_t nanoseconds(const struct timespec *t) { return t->tv_sec * SECOND + t->tv_nsec; }

static struct timespec timespec_of(int64_t ns) {
  int64_t below = ns % SECOND < 0 ? ns % SECOND + SECOND : ns % SECOND;
  return (struct timespec){.tv_sec = (ns - below) / SECOND, .tv_nsec = below};
}

static int64_t kernel_ns(clockid_t clock) {
  struct timespec t = {0};
  syscall(SYS_clock_gettime, clock, &t);
  return nanoseconds(&t);
}

static struct clockshift current(void) {
  struct clockshift now;
  uint64_t sequence;
  if (!shared) attach();
  do {
    sequence = __atomic_load_n(&shared->sequence, __ATOMIC_ACQUIRE);
    now = (struct clockshift){.offset_ns = shared->offset_ns, .drift_ppm = shared->drift_ppm, .since_ns = shared->since_ns};
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
  } while (sequence % 2 == 1 || sequence != __atomic_load_n(&shared->sequence, __ATOMIC_RELAXED));
  return now;
}

static bool is_shifted(const struct clockshift *s) { return s->offset_ns != 0 || s->drift_ppm != 0; }

static int64_t shift_ns(const struct clockshift *s) {
  int64_t drifted = s->drift_ppm == 0 ? 0 : (kernel_ns(CLOCK_MONOTONIC) - s->since_ns) / 1000 * s->drift_ppm / 1000;
  return s->offset_ns + drifted;
}

/* When the real clock will be at what the shifted one calls `wanted`. */
static struct timespec real_time_of(const struct timespec *wanted) {
  struct clockshift s = current();
  if (!is_shifted(&s)) return *wanted;
  int64_t now = kernel_ns(CLOCK_REALTIME), left = nanoseconds(wanted) - (now + shift_ns(&s));
  return timespec_of(now + (int64_t)((__int128)left * 1000000 / (1000000 + s.drift_ppm)));
}

static bool is_wall_clock(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

SEEN int clock_gettime(clockid_t clock, struct timespec *t) {
  int result = (int)syscall(SYS_clock_gettime, clock, t);
  if (result != 0 || !is_wall_clock(clock)) return result;
  struct clockshift s = current();
  if (is_shifted(&s)) *t = timespec_of(nanoseconds(t) + shift_ns(&s));
  return 0;
}

SEEN int gettimeofday(struct timeval *restrict t, void *restrict zone) {
  int result = (int)syscall(SYS_gettimeofday, t, zone);
  struct timeval *volatile may_be_null = t; /* only the zone is asked for; glibc declares that it never is */
  if (result != 0 || !may_be_null) return result;
  struct clockshift s = current();
  if (!is_shifted(&s)) return 0;
  struct timespec shifted = timespec_of(t->tv_sec * SECOND + t->tv_usec * 1000LL + shift_ns(&s));
  *t = (struct timeval){.tv_sec = shifted.tv_sec, .tv_usec = shifted.tv_nsec / 1000};
  return 0;
}

SEEN time_t time(time_t *into) {
  struct timespec t = {0};
  clock_gettime(CLOCK_REALTIME, &t);
  if (into) *into = t.tv_sec;
  return t.tv_sec;
}

SEEN int timespec_get(struct timespec *t, int base) {
  return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, t) == 0 ? base : 0;
}

SEEN int ftime(struct timeb *t) {
  struct timespec now = {0};
  clock_gettime(CLOCK_REALTIME, &now);
  *t = (struct timeb){.time = now.tv_sec, .millitm = (unsigned short)(now.tv_nsec / 1000000)};
  return 0;
}

/* What the program would have called without us; looked for when it is called, since doing so may read the clock. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

SEEN int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left) {
  __typeof__(&clock_nanosleep) next = NEXT(clock_nanosleep);
  if (!next) return ENOSYS;
  if (!(flags & TIMER_ABSTIME) || !is_wall_clock(clock)) return next(clock, flags, wanted, left);
  for (int result = 0;;) {
    struct timespec end = real_time_of(wanted);
    int64_t ns = nanoseconds(&end) - kernel_ns(CLOCK_REALTIME);
    if (result != 0 || ns <= 0) return result;
    struct timespec slice = timespec_of(ns < SLICE_NS ? ns : SLICE_NS);
    result = next(CLOCK_MONOTONIC, 0, &slice, NULL);
  }
}

static const struct timespec *until(const struct timespec *wanted, struct timespec *real) {
  if (wanted->tv_sec <= A_TIME_OF_DAY) return wanted;
  *real = real_time_of(wanted);
  return real;
}

SEEN int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict t) {
  __typeof__(&pthread_cond_timedwait) next = NEXT(pthread_cond_timedwait);
  struct timespec real;
  return next ? next(condition, mutex, until(t, &real)) : ENOSYS;
}

SEEN int pthread_cond_clockwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, clockid_t clock, const struct timespec *restrict t) {
  __typeof__(&pthread_cond_clockwait) next = NEXT(pthread_cond_clockwait);
  struct timespec real;
  return next ? next(condition, mutex, clock, is_wall_clock(clock) ? until(t, &real) : t) : ENOSYS;
}

SEEN int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict t) {
  __typeof__(&pthread_mutex_timedlock) next = NEXT(pthread_mutex_timedlock);
  struct timespec real;
  return next ? next(mutex, until(t, &real)) : ENOSYS;
}

static int no_such_function(void) {
  errno = ENOSYS;
  return -1;
}

SEEN int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict t) {
  __typeof__(&sem_timedwait) next = NEXT(sem_timedwait);
  struct timespec real;
  return next ? next(semaphore, until(t, &real)) : no_such_function();
}

SEEN int sem_clockwait(sem_t *restrict semaphore, clockid_t clock, const struct timespec *restrict t) {
  __typeof__(&sem_clockwait) next = NEXT(sem_clockwait);
  struct timespec real;
  return next ? next(semaphore, clock, is_wall_clock(clock) ? until(t, &real) : t) : no_such_function();
}

SEEN int timerfd_settime(int file, int flags, const struct itimerspec *wanted, struct itimerspec *before) {
  struct itimerspec real = *wanted;
  if ((flags & TFD_TIMER_ABSTIME) && real.it_value.tv_sec > A_TIME_OF_DAY) real.it_value = real_time_of(&wanted->it_value);
  return (int)syscall(SYS_timerfd_settime, file, flags, &real, before);
}
