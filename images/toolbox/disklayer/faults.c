#define _GNU_SOURCE
#include "faults.h"
#include <errno.h>
#include <fnmatch.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "../clocktime.h"
#include "../fnv.h"
#include "descriptor.h"

#define BLOCK 4096

static struct fault faults[MAX_FAULTS];
static int fault_count;
static uint64_t last_id;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;

/* A deadline is of the clock that nobody sets. */
void prepare_faults(void) {
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&changed, &monotonic);
}

static const struct fault *fault_with(uint64_t id) {
  for (int i = 0; i < fault_count; i++)
    if (faults[i].id == id) return &faults[i];
  return NULL;
}

/* Of data that is read, blocks count and not calls: a block that cannot be read cannot be read a second time either. */
static bool fails(const struct fault *fault, enum call call, struct tally *tally, off_t offset, size_t bytes) {
  if (call == READ) {
    off_t first = offset / BLOCK, last = (offset + (off_t)bytes - 1) / BLOCK;
    return bytes > 0 && (last + 1) / fault->every > first / fault->every;
  }
  if (tally->fault != fault->id) *tally = (struct tally){.fault = fault->id};
  return ++tally->calls[call] % fault->every == 0;
}

int meets(enum call call, struct tally *tally, off_t offset, size_t bytes) {
  struct {
    uint64_t id;
    int64_t until;
  } waits[MAX_FAULTS];
  int count = 0, code = 0;
  pthread_mutex_lock(&lock);
  int64_t now = fault_count ? now_ns() : 0;
  int64_t until = now;
  for (int i = 0; i < fault_count; i++) {
    struct fault *fault = &faults[i];
    if (!(fault->calls & 1U << call)) continue;
    if (fault->kind == ERROR && fails(fault, call, tally, offset, bytes)) code = EIO;
    if (fault->kind != RATE) continue;
    if (fault->free_at < now) fault->free_at = now;
    fault->free_at += (int64_t)((double)bytes * 1e9 / (double)fault->bytes_per_second);
    if (fault->free_at > until) until = fault->free_at;
    waits[count].id = fault->id;
    waits[count++].until = fault->free_at;
  }
  /* What takes longer does so beside what goes by slowly. */
  for (int i = 0; i < fault_count; i++) {
    const struct fault *fault = &faults[i];
    if (!(fault->calls & 1U << call) || (fault->kind != SLOW && fault->kind != HANG)) continue;
    if (fault->kind == SLOW) until += fault->delay_ns;
    waits[count].id = fault->id;
    waits[count++].until = fault->kind == HANG ? INT64_MAX : until;
  }
  for (;;) {
    until = 0;
    for (int i = 0; i < count; i++)
      if (waits[i].until > until && fault_with(waits[i].id)) until = waits[i].until;
    if (until <= (count ? now_ns() : 0)) break;
    if (until == INT64_MAX) {
      pthread_cond_wait(&changed, &lock);
      continue;
    }
    struct timespec at = {.tv_sec = until / 1000000000LL, .tv_nsec = until % 1000000000LL};
    pthread_cond_timedwait(&changed, &lock, &at);
  }
  pthread_mutex_unlock(&lock);
  return code;
}

/* The file's name, as it is or was: without folders. */
static bool name_of(int fd, char *name, size_t size) {
  static const char deleted[] = " (deleted)";
  char link[64], whole[4096];
  proc_name(link, fd);
  ssize_t length = readlink(link, whole, sizeof whole - 1);
  if (length <= 0) return false;
  whole[length] = 0;
  size_t tail = sizeof deleted - 1;
  if ((size_t)length > tail && !strcmp(whole + length - tail, deleted)) whole[(size_t)length - tail] = 0;
  const char *last = strrchr(whole, '/');
  return last && snprintf(name, size, "%s", last + 1) < (int)size;
}

static uint64_t hash_of(const char *text) {
  uint64_t hash = FNV_BEGIN;
  for (; *text; text++) hash = fnv_with(hash, (unsigned char)*text);
  return hash ^ hash >> 29;
}

bool spoils(const struct fault *fault) { return fault->kind == FLIP || fault->kind == ZEROS; }

void spoil(int fd, off_t offset, char *bytes, size_t length) {
  char name[256];
  struct stat status;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < fault_count; i++) {
    const struct fault *fault = &faults[i];
    if (!spoils(fault)) continue;
    if (!name_of(fd, name, sizeof name) || fnmatch(fault->files, name, 0)) continue;
    if (fstat(fd, &status) || status.st_size == 0) continue;
    if (fault->kind == FLIP) {
      uint64_t bit = hash_of(name) % ((uint64_t)status.st_size * 8);
      off_t at = (off_t)(bit / 8);
      if (at >= offset && at < offset + (off_t)length) bytes[at - offset] ^= (char)(1 << bit % 8);
    } else {
      off_t from = status.st_size / 2 > offset ? status.st_size / 2 - offset : 0;
      if (from < (off_t)length) memset(bytes + from, 0, length - (size_t)from);
    }
  }
  pthread_mutex_unlock(&lock);
}

static bool any_holds(bool only_lying) {
  bool found = false;
  pthread_mutex_lock(&lock);
  for (int i = 0; i < fault_count; i++) found |= faults[i].kind == HOLD && (faults[i].lies || !only_lying);
  pthread_mutex_unlock(&lock);
  return found;
}

bool keeps_back(void) { return any_holds(false); }
bool lies_of_sync(void) { return any_holds(true); }

bool parse(char *line, struct fault *fault) {
  char *rest, *words[4] = {0};
  int count = 0;
  for (char *word = strtok_r(line, " \n", &rest); word && count < 4; word = strtok_r(NULL, " \n", &rest)) words[count++] = word;
  if (count < 2) return false;
  const char *kind = words[0], *calls = words[1], *value = words[2];
  if (!strcmp(kind, "flip") || !strcmp(kind, "zeros")) {
    fault->kind = kind[0] == 'f' ? FLIP : ZEROS;
    return snprintf(fault->files, sizeof fault->files, "%s", calls) < (int)sizeof fault->files;
  }
  if (!strcmp(kind, "forget")) return fault->kind = HOLD, fault->lies = *calls == 'l', true;
  for (; *calls; calls++) fault->calls |= *calls == 'r' ? 1U << READ : *calls == 'w' ? 1U << WRITE : *calls == 'f' ? 1U << FSYNC : 0;
  if (!fault->calls) return false;
  if (!strcmp(kind, "hang")) return fault->kind = HANG, true;
  long long number = value ? atoll(value) : 0;
  if (number <= 0) return false;
  if (!strcmp(kind, "slow")) return fault->kind = SLOW, fault->delay_ns = number * 1000000LL, true;
  if (!strcmp(kind, "rate")) return fault->kind = RATE, fault->bytes_per_second = number, true;
  if (!strcmp(kind, "error")) return fault->kind = ERROR, fault->every = (unsigned)number, true;
  return false;
}

bool add(struct fault *fault) {
  pthread_mutex_lock(&lock);
  bool room = fault_count < MAX_FAULTS;
  if (room) {
    fault->id = ++last_id;
    faults[fault_count++] = *fault;
  }
  pthread_mutex_unlock(&lock);
  return room;
}

void take_out(uint64_t id) {
  pthread_mutex_lock(&lock);
  for (int i = 0; i < fault_count; i++)
    if (faults[i].id == id) {
      memmove(&faults[i], &faults[i + 1], (size_t)(fault_count - i - 1) * sizeof *faults);
      fault_count--;
      break;
    }
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}
