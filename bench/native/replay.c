/*
 * Replays a program of allocations and frees with malloc and free, and prints what it measured as one line of JSON.
 * The loop is that of workloads/program.ts, and the order of things that of lib/measure.ts: set-up, a
 * warm-up that touches every page, a first pass, a warm-up, the timed passes, a look at single calls, and one cycle that touches every page for the footprint.
 *
 *   replay FILE STRIDE WARM_UP_MS TARGET_MS FOOTPRINT
 *
 * FILE    int32: version 1, set-up events, events per pass, all events, slots; then a slot and a size for each event,
 *         the size -1 for a free (lib/program-file.ts writes it)
 * STRIDE  after each malloc, a byte is written at 0, STRIDE, 2 * STRIDE and so on below the size; 0 for no write
 *
 * Which library's malloc it is, the line tells: other ones are put before the C library's with LD_PRELOAD.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#define MAX_SAMPLES (1 << 17)
#define MIN_SAMPLES 200
#define LONG_PASS_MS 500.0
#define WARM_UP_CYCLES 4
#define PAGE_BYTES 4096

struct header {
  int32_t version, set_up, per_pass, total, slots;
};

struct event {
  int32_t slot, size;
};

static struct header header;
static struct event *events;
static void *volatile *slots; /* volatile: a malloc whose block nobody reads may be left out otherwise */
static int32_t cursor;

static double samples[MAX_SAMPLES];
static int sample_count;

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void fail(const char *what) {
  fprintf(stderr, "Error: %s\n", what);
  exit(1);
}

/* Not from malloc, so that the memory of the program itself is no part of what is measured. */
static void *pages(size_t bytes) {
  void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (p == MAP_FAILED) fail("mmap failed.");
  return p;
}

static inline void *take(int32_t size, int64_t stride) {
  char *block = malloc((size_t)size);
  if (block == NULL && size > 0) fail("malloc refused.");
  if (stride > 0) {
    for (int64_t i = 0; i < size; i += stride) ((volatile char *)block)[i] = 1;
  }
  return block;
}

static inline __attribute__((always_inline)) void play(int32_t begin, int32_t end, int64_t stride) {
  for (int32_t i = begin; i < end; i++) {
    int32_t slot = events[i].slot, size = events[i].size;
    if (size >= 0) {
      slots[slot] = take(size, stride);
    } else {
      free(slots[slot]);
      slots[slot] = NULL;
    }
  }
}

static void record(double ns) {
  if (sample_count < MAX_SAMPLES) samples[sample_count++] = ns;
}

static void play_timed(int32_t begin, int32_t end, int64_t stride) {
  for (int32_t i = begin; i < end; i++) {
    int32_t slot = events[i].slot, size = events[i].size;
    double start = now_ns();
    if (size >= 0) {
      slots[slot] = take(size, stride);
    } else {
      free(slots[slot]);
      slots[slot] = NULL;
    }
    record(now_ns() - start);
  }
}

static int32_t next(void) {
  int32_t begin = cursor;
  cursor += header.per_pass;
  if (cursor == header.total) cursor = header.set_up;
  return begin;
}

/* One function for each stride, so that the compiler knows it in the loop. */
static void pass(int64_t stride) {
  int32_t begin = next();
  if (stride == 0) play(begin, begin + header.per_pass, 0);
  else play(begin, begin + header.per_pass, stride);
}

struct timed {
  double ns;
  long passes, minor, major;
};

static struct timed run_passes(int64_t stride, double ms) {
  struct rusage before, after;
  struct timed t = {0, 0, 0, 0};
  getrusage(RUSAGE_SELF, &before);
  double start = now_ns();
  do {
    pass(stride);
    t.passes++;
    t.ns = now_ns() - start;
  } while (t.ns < ms * 1e6);
  getrusage(RUSAGE_SELF, &after);
  t.minor = after.ru_minflt - before.ru_minflt;
  t.major = after.ru_majflt - before.ru_majflt;
  return t;
}

/* Until the time is up and all events were run a few times, or a long pass's time was spent. */
static void warm_up(int64_t stride, double ms) {
  long cycle = (header.total - header.set_up) / header.per_pass;
  double start = now_ns();
  for (long passes = 0;; passes++) {
    double elapsed = now_ns() - start;
    if (elapsed >= LONG_PASS_MS * 1e6 || (elapsed >= ms * 1e6 && passes >= WARM_UP_CYCLES * cycle)) return;
    pass(stride);
  }
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The most memory that was resident. Not ru_maxrss: that one also remembers the process that started this one. */
static long max_rss_bytes(void) {
  char line[256];
  long kib = -1;
  FILE *status = fopen("/proc/self/status", "r");
  if (status == NULL) fail("cannot read /proc/self/status.");
  while (fgets(line, sizeof line, status) != NULL) {
    if (sscanf(line, "VmHWM: %ld", &kib) == 1) break;
  }
  fclose(status);
  if (kib < 0) fail("/proc/self/status has no VmHWM.");
  return kib * 1024;
}

static void load(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fread(&header, sizeof header, 1, file) != 1) fail("cannot read the program.");
  if (header.version != 1) fail("the program is of another version.");
  events = pages((size_t)header.total * sizeof *events);
  slots = pages((size_t)header.slots * sizeof *slots);
  if (fread(events, sizeof *events, (size_t)header.total, file) != (size_t)header.total) fail("the program is cut short.");
  fclose(file);
}

int main(int argc, char **argv) {
  if (argc != 6) fail("usage: replay FILE STRIDE WARM_UP_MS TARGET_MS FOOTPRINT");
  int64_t stride = atoll(argv[2]);
  double warm_up_ms = atof(argv[3]), target_ms = atof(argv[4]);
  int footprint = atoi(argv[5]);
  load(argv[1]);
  memset(samples, 1, sizeof samples);
  long base_bytes = max_rss_bytes();

  play(0, header.set_up, 0);
  cursor = header.set_up;
  warm_up(PAGE_BYTES, 0);
  struct timed timed = run_passes(stride, 0);
  int is_long = timed.ns >= LONG_PASS_MS * 1e6;
  if (!is_long) {
    warm_up(stride, warm_up_ms);
    timed = run_passes(stride, target_ms);
  }

  if (!is_long || footprint) {
    double start = now_ns();
    do {
      int32_t begin = next();
      play_timed(begin, begin + header.per_pass, stride);
    } while (now_ns() - start < target_ms * 1e6 / 4);
  }
  long footprint_bytes = -1;
  if (footprint) {
    /* Twice: what was alive before the first cycle was perhaps not touched. */
    for (int32_t i = 0; i < 2 * (header.total - header.set_up) / header.per_pass; i++) pass(PAGE_BYTES);
    footprint_bytes = max_rss_bytes() - base_bytes;
  }

  double p99 = -1;
  if (sample_count >= MIN_SAMPLES) {
    qsort(samples, (size_t)sample_count, sizeof *samples, ascending);
    p99 = samples[(sample_count * 99 + 99) / 100 - 1];
  }
  Dl_info info;
  const char *library = dladdr((void *)malloc, &info) != 0 ? info.dli_fname : "";
  printf("{\"library\":\"%s\",\"passes\":%ld,\"ns\":%.0f,\"p99Ns\":%.0f,\"minorFaults\":%ld,\"majorFaults\":%ld,"
         "\"footprintBytes\":%ld}\n",
         library, timed.passes, timed.ns, p99, timed.minor, timed.major, footprint_bytes);
  return 0;
}
