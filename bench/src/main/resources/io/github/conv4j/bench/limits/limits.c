/*
 * What one thread, or several at once, can reach at most on this machine.
 *
 *   limits THREADS
 *
 * Prints one figure a line, the best of some short slices:
 *
 *   f32 GFLOPS            multiply-adds of floats, two operations each
 *   bf16 GFLOPS           dot products of bfloat16, where the compiler's target has them
 *   int8 GOPS             dot products of bytes, likewise
 *   read BYTES GBPS       reading a working set of that size
 *   triad BYTES GBPS      a[i] = b[i] + s * c[i] over one, counting three arrays
 *
 * To be compiled for the machine that it runs on: -O3 -march=native.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

/* Independent sums: enough to fill the pipelines, few enough to stay in registers. */
#if defined(__AVX2__) && !defined(__AVX512F__)
enum { SUMS = 12 };
#else
enum { SUMS = 20 };
#endif

enum { MOST_THREADS = 256, SLICES = 16, WIDEST = 64 };

static const double SLICE_SECONDS = 0.004;

/* The numbers are written here, so that no compiler can leave out the work. */
static volatile char sink[MOST_THREADS][WIDEST];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

/* A kernel does its work `count` times on one thread. */
typedef struct {
  void (*kernel)(void *work);
  long count;
  int thread;
  size_t elements;
  float *a, *b, *c;
} Work;

/* SUM += X * Y, again and again. OPERATIONS is for one vector. */
#define PEAK(NAME, SUM_TYPE, FACTOR_TYPE, STEP, OPERATIONS) \
  enum { NAME##_OPERATIONS = (OPERATIONS) }; \
  static void NAME(void *argument) { \
    Work *work = argument; \
    SUM_TYPE sums[SUMS]; \
    FACTOR_TYPE x, y; \
    memset(sums, 0, sizeof sums); \
    memset(&x, 0, sizeof x); \
    memset(&y, 0, sizeof y); \
    __asm__ volatile("" : : "r"(&x), "r"(&y) : "memory"); \
    for (long n = 0; n < work->count; n++) { \
      _Pragma("GCC unroll 20") for (int i = 0; i < SUMS; i++) sums[i] = STEP; \
    } \
    for (int i = 0; i < SUMS; i++) { \
      memcpy((void *)sink[work->thread], &sums[i], sizeof sums[i]); \
      __asm__ volatile("" : : : "memory"); \
    } \
  }

#if defined(__AVX512F__)
PEAK(f32, __m512, __m512, _mm512_fmadd_ps(x, y, sums[i]), 32)
#elif defined(__AVX2__) && defined(__FMA__)
PEAK(f32, __m256, __m256, _mm256_fmadd_ps(x, y, sums[i]), 16)
#elif defined(__ARM_NEON) && defined(__aarch64__)
PEAK(f32, float32x4_t, float32x4_t, vfmaq_f32(sums[i], x, y), 8)
#else
PEAK(f32, float, float, sums[i] + x * y, 2)
#endif

#if defined(__AVX512BF16__)
#define HAS_BF16
PEAK(bf16, __m512, __m512bh, _mm512_dpbf16_ps(sums[i], x, y), 64)
#elif defined(__ARM_FEATURE_BF16_VECTOR_ARITHMETIC)
#define HAS_BF16
PEAK(bf16, float32x4_t, bfloat16x8_t, vbfdotq_f32(sums[i], x, y), 16)
#endif

#if defined(__AVX512VNNI__)
#define HAS_INT8
PEAK(int8, __m512i, __m512i, _mm512_dpbusd_epi32(sums[i], x, y), 128)
#elif defined(__AVXVNNI__)
#define HAS_INT8
PEAK(int8, __m256i, __m256i, _mm256_dpbusd_avx_epi32(sums[i], x, y), 64)
#elif defined(__ARM_FEATURE_DOTPROD)
#define HAS_INT8
PEAK(int8, int32x4_t, int8x16_t, vdotq_s32(sums[i], x, y), 32)
#endif

static void read_all(void *argument) {
  Work *work = argument;
  const uint64_t *p = (const uint64_t *)work->a;
  size_t n = work->elements / 2;
  uint64_t sum = 0;
  for (long repeat = 0; repeat < work->count; repeat++) {
    for (size_t i = 0; i < n; i++) sum += p[i];
    __asm__ volatile("" : : : "memory");
  }
  sink[work->thread][0] = (char)sum;
}

static void triad(void *argument) {
  Work *work = argument;
  size_t n = work->elements / 3;
  float *restrict a = work->a;
  const float *restrict b = work->b;
  const float *restrict c = work->c;
  for (long repeat = 0; repeat < work->count; repeat++) {
    for (size_t i = 0; i < n; i++) a[i] = b[i] + 0.5f * c[i];
    __asm__ volatile("" : : : "memory");
  }
}

static void *thread_main(void *argument) {
  Work *work = argument;
  work->kernel(work);
  return NULL;
}

static double seconds(Work *works, int threads) {
  pthread_t started[MOST_THREADS];
  double begin = now();
  for (int t = 1; t < threads; t++) {
    if (pthread_create(&started[t], NULL, thread_main, &works[t]) != 0) {
      puts("error: cannot start a thread");
      exit(1);
    }
  }
  works[0].kernel(&works[0]);
  for (int t = 1; t < threads; t++) pthread_join(started[t], NULL);
  return now() - begin;
}

/* Returns how often a second all threads together do their work. */
static double rate(Work *works, int threads, void (*kernel)(void *)) {
  long count = 1;
  for (;;) {
    for (int t = 0; t < threads; t++) {
      works[t].kernel = kernel;
      works[t].count = count;
      works[t].thread = t;
    }
    double took = seconds(works, threads);
    double again = seconds(works, threads);
    if (again < took) took = again; /* one may have been interrupted */
    if (took > SLICE_SECONDS || count > (1L << 40)) break;
    count *= took < SLICE_SECONDS / 16 ? 8 : 2;
  }
  double best = 1e30;
  for (int slice = 0; slice < SLICES; slice++) {
    double took = seconds(works, threads);
    if (took < best) best = took;
  }
  return count * (double)threads / best;
}

static void bandwidth(Work *works, int threads, size_t bytes) {
  size_t each = bytes / threads / 192 * 192;
  if (each == 0) return;
  for (int t = 0; t < threads; t++) {
    works[t].a = aligned_alloc(64, each);
    if (works[t].a == NULL) {
      puts("error: out of memory");
      exit(1);
    }
    works[t].elements = each / sizeof(float);
    works[t].b = works[t].a + works[t].elements / 3;
    works[t].c = works[t].b + works[t].elements / 3;
    for (size_t i = 0; i < works[t].elements; i++) works[t].a[i] = 1e-3f * (i % 7);
  }
  printf("read %zu %.2f\n", bytes, rate(works, threads, read_all) * each * 1e-9);
  printf("triad %zu %.2f\n", bytes, rate(works, threads, triad) * each * 1e-9);
  fflush(stdout);
  for (int t = 0; t < threads; t++) free(works[t].a);
}

int main(int argc, char **argv) {
  static Work works[MOST_THREADS];
  int threads = argc > 1 ? atoi(argv[1]) : 1;
  if (threads < 1 || threads > MOST_THREADS) {
    puts("error: 1 to 256 threads");
    return 1;
  }
  printf("f32 %.2f\n", rate(works, threads, f32) * SUMS * f32_OPERATIONS * 1e-9);
#ifdef HAS_BF16
  printf("bf16 %.2f\n", rate(works, threads, bf16) * SUMS * bf16_OPERATIONS * 1e-9);
#endif
#ifdef HAS_INT8
  printf("int8 %.2f\n", rate(works, threads, int8) * SUMS * int8_OPERATIONS * 1e-9);
#endif
  for (size_t bytes = 16 << 10; bytes <= (size_t)256 << 20; bytes *= 4) {
    bandwidth(works, threads, bytes);
  }
  return 0;
}
