/*
 * Waits for 300 ms, once by each function that waits until a time of day, and by those that look at another clock, and says
 * in how many milliseconds it was back: a line each. Then what the functions that read the time of day say, in seconds.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static struct timespec in_300_ms(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  t.tv_nsec += 300000000;
  if (t.tv_nsec < 1000000000) return t;
  return (struct timespec){.tv_sec = t.tv_sec + 1, .tv_nsec = t.tv_nsec - 1000000000};
}

static double real_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

#define WAIT(clock, call)                              \
  do {                                                 \
    struct timespec t = in_300_ms(clock);              \
    double began = real_ms();                          \
    (void)(call);                                      \
    printf("%s %.0f\n", #call, real_ms() - began);     \
  } while (0)

static int timer(int file, struct timespec until) {
  struct itimerspec wanted = {.it_value = until};
  uint64_t times;
  timerfd_settime(file, TFD_TIMER_ABSTIME, &wanted, NULL);
  return (int)read(file, &times, sizeof times);
}

int main(void) {
  pthread_mutex_t ours = PTHREAD_MUTEX_INITIALIZER, taken = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER, steady;
  pthread_condattr_t attributes;
  sem_t semaphore;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&steady, &attributes);
  sem_init(&semaphore, 0, 0);
  pthread_mutex_lock(&ours);
  pthread_mutex_lock(&taken);
  WAIT(CLOCK_REALTIME, pthread_cond_timedwait(&condition, &ours, &t));
  WAIT(CLOCK_MONOTONIC, pthread_cond_timedwait(&steady, &ours, &t));
  WAIT(CLOCK_REALTIME, pthread_cond_clockwait(&condition, &ours, CLOCK_REALTIME, &t));
  WAIT(CLOCK_REALTIME, pthread_mutex_timedlock(&taken, &t));
  WAIT(CLOCK_REALTIME, sem_timedwait(&semaphore, &t));
  WAIT(CLOCK_REALTIME, sem_clockwait(&semaphore, CLOCK_REALTIME, &t));
  WAIT(CLOCK_REALTIME, clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &t, NULL));
  WAIT(CLOCK_MONOTONIC, clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL));
  WAIT(CLOCK_REALTIME, timer(timerfd_create(CLOCK_REALTIME, 0), t));
  struct timeval day;
  struct timespec standard;
  gettimeofday(&day, NULL);
  timespec_get(&standard, TIME_UTC);
  printf("reads %ld %ld %ld\n", (long)time(NULL), (long)day.tv_sec, (long)standard.tv_sec);
}
