/*
 * The floor under conv4j: the same oneDNN calls from C, timed in batches on request.
 *
 * Started with the path of the library; reads one command a line from stdin, answers each with one
 * line on stdout:
 *
 *   prepare MB G IC OC IH OH KH SH DH PT PB IW OW KW SW DW PL PR SRC_OFFSET DST_OFFSET NAME
 *       describes a 2D f32 convolution with bias: src and dst channels-last, weights as oneDNN
 *       likes them, scratchpad from outside, dilation counting from 0, offsets in bytes from a
 *       page, and the implementation's name. Fills it with small integers and runs it once. Answers
 *       "ready" and a checksum of dst in hexadecimal.
 *   run BATCHES CALLS
 *       executes it. Answers "took" and the nanoseconds of each batch.
 *
 * After a failure the answer is "error" and a reason, and the program ends. It also ends with its
 * input.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "oneapi/dnnl/dnnl.h"

/* From the very file that the JVM has loaded, whatever it is called: hence not linked. */
#define FUNCTIONS(F) \
  F(dnnl_convolution_forward_primitive_desc_create) \
  F(dnnl_engine_create) \
  F(dnnl_memory_create) \
  F(dnnl_memory_desc_create_with_strides) \
  F(dnnl_memory_desc_create_with_tag) \
  F(dnnl_memory_desc_destroy) \
  F(dnnl_memory_destroy) \
  F(dnnl_primitive_attr_create) \
  F(dnnl_primitive_attr_set_scratchpad_mode) \
  F(dnnl_primitive_create) \
  F(dnnl_primitive_desc_destroy) \
  F(dnnl_primitive_desc_next_impl) \
  F(dnnl_primitive_desc_query) \
  F(dnnl_primitive_desc_query_md) \
  F(dnnl_primitive_destroy) \
  F(dnnl_primitive_execute) \
  F(dnnl_reorder_primitive_desc_create) \
  F(dnnl_stream_create)

#define DECLARE(name) static __typeof__(name) *lib_##name;
FUNCTIONS(DECLARE)

#define LOOK_UP(name) \
  *(void **)&lib_##name = dlsym(library, #name); \
  if (lib_##name == NULL) fail("the library has no function " #name);

#define CHECK(call) \
  do { \
    if ((call) != dnnl_success) fail(#call); \
  } while (0)

enum { PAGE_BYTES = 4096, ARGUMENT_COUNT = 5, NUMBER_COUNT = 20 };

static dnnl_engine_t engine;
static dnnl_stream_t stream;
static dnnl_primitive_attr_t attributes;

/* What the current problem holds; all NULL before the first. */
static dnnl_primitive_t primitive;
static dnnl_exec_arg_t arguments[ARGUMENT_COUNT];
static void *blocks[2];

static void fail(const char *reason) {
  printf("error %s\n", reason);
  fflush(stdout);
  exit(1);
}

static void load(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) fail(dlerror());
  FUNCTIONS(LOOK_UP)
  CHECK(lib_dnnl_engine_create(&engine, dnnl_cpu, 0));
  CHECK(lib_dnnl_stream_create(&stream, engine, dnnl_stream_default_flags));
  CHECK(lib_dnnl_primitive_attr_create(&attributes));
  CHECK(lib_dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user));
}

/* From -6 to 6: every product and every sum is exact, in any order. The Java side does the same. */
static float integer(long index, long salt) {
  return (float)((index * 7 + index / 13 * 5 + salt) % 13 - 6);
}

static float *allocate(int slot, long float_count, long offset) {
  void *block = NULL;
  if (posix_memalign(&block, PAGE_BYTES, (size_t)(float_count * 4 + offset)) != 0) {
    fail("out of memory");
  }
  blocks[slot] = block;
  return (float *)((char *)block + offset);
}

static dnnl_memory_desc_t strided(int rank, const long *dims, const long *strides) {
  dnnl_dims_t d, s;
  for (int i = 0; i < rank; i++) {
    d[i] = dims[i];
    s[i] = strides[i];
  }
  dnnl_memory_desc_t desc;
  CHECK(lib_dnnl_memory_desc_create_with_strides(&desc, rank, d, dnnl_f32, s));
  return desc;
}

static dnnl_memory_desc_t channels_last(long n, long c, long h, long w) {
  return strided(4, (long[]){n, c, h, w}, (long[]){h * w * c, 1, w * c, c});
}

static dnnl_memory_t memory_of(const_dnnl_memory_desc_t desc, void *bytes) {
  dnnl_memory_t memory;
  CHECK(lib_dnnl_memory_create(&memory, desc, engine, bytes));
  return memory;
}

static const_dnnl_memory_desc_t ask(dnnl_primitive_desc_t desc, dnnl_query_t what) {
  return lib_dnnl_primitive_desc_query_md(desc, what, 0);
}

static void pack(dnnl_memory_desc_t from_desc, float *values, const_dnnl_memory_desc_t to_desc,
    dnnl_memory_t to) {
  dnnl_primitive_desc_t desc;
  dnnl_primitive_t reorder;
  CHECK(lib_dnnl_reorder_primitive_desc_create(
      &desc, from_desc, engine, to_desc, engine, attributes));
  CHECK(lib_dnnl_primitive_create(&reorder, desc));
  dnnl_memory_t from = memory_of(from_desc, values);
  dnnl_memory_t scratchpad = memory_of(ask(desc, dnnl_query_scratchpad_md), DNNL_MEMORY_ALLOCATE);
  dnnl_exec_arg_t moves[] = {
      {DNNL_ARG_SRC, from}, {DNNL_ARG_DST, to}, {DNNL_ARG_SCRATCHPAD, scratchpad}};
  CHECK(lib_dnnl_primitive_execute(reorder, stream, 3, moves));
  lib_dnnl_memory_destroy(scratchpad);
  lib_dnnl_memory_destroy(from);
  lib_dnnl_primitive_destroy(reorder);
  lib_dnnl_primitive_desc_destroy(desc);
}

static void forget(void) {
  if (primitive == NULL) return;
  lib_dnnl_primitive_destroy(primitive);
  primitive = NULL;
  for (int i = 0; i < ARGUMENT_COUNT; i++) lib_dnnl_memory_destroy(arguments[i].memory);
  for (int i = 0; i < 2; i++) free(blocks[i]);
}

static unsigned long long checksum(const float *values, long count) {
  uint64_t sum = 0;
  for (long i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    sum = sum * 31 + bits;
  }
  return sum;
}

/* Steps to the implementation that Java runs, which need not be the first. */
static void step_to(dnnl_primitive_desc_t desc, const char *name) {
  const char *found = NULL;
  CHECK(lib_dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &found));
  while (strcmp(found, name) != 0) {
    if (lib_dnnl_primitive_desc_next_impl(desc) != dnnl_success) {
      fail("the library has no such implementation");
    }
    CHECK(lib_dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &found));
  }
}

static void prepare(const long *v, const char *implementation) {
  long mb = v[0], g = v[1], ic = v[2], oc = v[3];
  long ih = v[4], oh = v[5], kh = v[6], iw = v[11], ow = v[12], kw = v[13];
  forget();

  dnnl_memory_desc_t src_desc = channels_last(mb, ic, ih, iw);
  dnnl_memory_desc_t dst_desc = channels_last(mb, oc, oh, ow);
  dnnl_memory_desc_t bias_desc = strided(1, (long[]){oc}, (long[]){1});
  long icg = ic / g, ocg = oc / g, window = kh * kw;
  int skip = g == 1 ? 1 : 0; /* without groups, weights have no dimension for them */
  long dims[] = {g, ocg, icg, kh, kw};
  long strides[] = {ocg * icg * window, icg * window, window, kw, 1};
  dnnl_memory_desc_t plain_desc = strided(5 - skip, dims + skip, strides + skip);
  dnnl_dims_t any_dims;
  for (int i = 0; i < 5 - skip; i++) any_dims[i] = dims[i + skip];
  dnnl_memory_desc_t any_desc;
  CHECK(lib_dnnl_memory_desc_create_with_tag(
      &any_desc, 5 - skip, any_dims, dnnl_f32, dnnl_format_tag_any));

  dnnl_dims_t step = {v[7], v[14]}, dilation = {v[8], v[15]};
  dnnl_dims_t begin = {v[9], v[16]}, end = {v[10], v[17]};
  dnnl_primitive_desc_t desc;
  CHECK(lib_dnnl_convolution_forward_primitive_desc_create(&desc, engine, dnnl_forward_inference,
      dnnl_convolution_direct, src_desc, any_desc, bias_desc, dst_desc, step, dilation, begin, end,
      attributes));
  step_to(desc, implementation);
  CHECK(lib_dnnl_primitive_create(&primitive, desc));

  long src_count = mb * ih * iw * ic, dst_count = mb * oh * ow * oc;
  float *src = allocate(0, src_count, v[18]);
  float *dst = allocate(1, dst_count, v[19]);
  for (long i = 0; i < src_count; i++) src[i] = integer(i, 1);
  memset(dst, 0xff, (size_t)dst_count * 4); /* NaN, so that an output not written is found */

  const_dnnl_memory_desc_t weights_desc = ask(desc, dnnl_query_weights_md);
  dnnl_memory_t weights = memory_of(weights_desc, DNNL_MEMORY_ALLOCATE);
  long weights_count = oc * icg * window;
  float *plain = malloc((size_t)weights_count * 4);
  float *bias = malloc((size_t)oc * 4);
  if (plain == NULL || bias == NULL) fail("out of memory");
  for (long i = 0; i < weights_count; i++) plain[i] = integer(i, 2);
  for (long i = 0; i < oc; i++) bias[i] = integer(i, 3);
  pack(plain_desc, plain, weights_desc, weights);
  dnnl_memory_t bias_memory = memory_of(bias_desc, DNNL_MEMORY_ALLOCATE);
  pack(bias_desc, bias, bias_desc, bias_memory);
  free(plain);
  free(bias);

  arguments[0] = (dnnl_exec_arg_t){DNNL_ARG_SRC, memory_of(src_desc, src)};
  arguments[1] = (dnnl_exec_arg_t){DNNL_ARG_WEIGHTS, weights};
  arguments[2] = (dnnl_exec_arg_t){DNNL_ARG_DST, memory_of(dst_desc, dst)};
  arguments[3] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD,
      memory_of(ask(desc, dnnl_query_scratchpad_md), DNNL_MEMORY_ALLOCATE)};
  arguments[4] = (dnnl_exec_arg_t){DNNL_ARG_BIAS, bias_memory};
  CHECK(lib_dnnl_primitive_execute(primitive, stream, ARGUMENT_COUNT, arguments));
  printf("ready %016llx\n", checksum(dst, dst_count));

  lib_dnnl_primitive_desc_destroy(desc);
  dnnl_memory_desc_t descs[] = {src_desc, dst_desc, bias_desc, plain_desc, any_desc};
  for (int i = 0; i < 5; i++) lib_dnnl_memory_desc_destroy(descs[i]);
}

static long long nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void run(long batch_count, long call_count) {
  if (primitive == NULL) fail("run before prepare");
  printf("took");
  for (long batch = 0; batch < batch_count; batch++) {
    long long start = nanos();
    for (long call = 0; call < call_count; call++) {
      CHECK(lib_dnnl_primitive_execute(primitive, stream, ARGUMENT_COUNT, arguments));
    }
    printf(" %lld", nanos() - start);
  }
  printf("\n");
}

int main(int argc, char **argv) {
  if (argc != 2) fail("the path of the library is missing");
  load(argv[1]);
  char line[1024], command[16];
  while (fgets(line, sizeof line, stdin) != NULL) {
    long v[NUMBER_COUNT] = {0};
    int used = 0, count = 0;
    if (sscanf(line, "%15s%n", command, &used) != 1) fail("an empty command");
    char *at = line + used, name[128];
    for (char *after; count < NUMBER_COUNT; at = after, count++) {
      v[count] = strtol(at, &after, 10);
      if (after == at) break;
    }
    if (strcmp(command, "prepare") == 0 && count == NUMBER_COUNT && sscanf(at, "%127s", name) == 1) {
      prepare(v, name);
    } else if (strcmp(command, "run") == 0 && count == 2) {
      run(v[0], v[1]);
    } else {
      fail("an unknown command");
    }
    fflush(stdout);
  }
  return 0;
}
