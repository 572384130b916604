/* The jobs in C, for what the machine can do: a register-blocked product on vectors of the compiler, all else left to its
   vectorizer. -DREAL=float|double -DVECTOR_BYTES=16|32|64.

   Reads a line: inputs targets layers size... activation... loss optimizer rate rows batch shuffles epochs steps (files and
   words separated by spaces), then answers as runner.mjs does. Predictions are done in it to prove the result alone. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef REAL real;
typedef REAL vector __attribute__((vector_size(VECTOR_BYTES), aligned(8), may_alias));
#define LANES ((int)(VECTOR_BYTES / sizeof(real)))
#define BLOCK_ROWS 4
#define BLOCK_VECTORS 2
#define MOST_LAYERS 8
#define CALL_SECONDS 0.4
#define ALWAYS_INLINE static inline __attribute__((always_inline))

typedef enum { SIGMOID, RELU, SOFTMAX } Activation;

typedef struct {
  int inputs, units, stride; /* stride: units padded to whole vectors */
  Activation activation;
  /* inputs × stride, stride, and the batch's rows × stride */
  real *weights, *biases, *weightGradients, *biasGradients, *m[2], *v[2], *outputs, *deltas;
  real *transposed; /* units × the stride of the layer below */
} Layer;

static Layer layers[MOST_LAYERS];
static int layerCount, rows, columns, outputs, batchRows, shuffles, steps;
static int isTutorial, isAdam;
static real rate;
static real *x, *y, *batchX, *batchY;
static int *order;
static uint64_t randomState = 88172645463325252ull;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static double uniform(void) {
  randomState ^= randomState << 13;
  randomState ^= randomState >> 7;
  randomState ^= randomState << 17;
  return (randomState >> 11) * 0x1p-53;
}

static int padded(int count) { return (count + LANES - 1) / LANES * LANES; }

static real *allocate(size_t count) {
  void *place;
  if (posix_memalign(&place, 64, (count + 64) * sizeof(real))) exit(1);
  memset(place, 0, (count + 64) * sizeof(real));
  return place;
}

/* `blockRows` rows × `vectors` vectors of C = start + A · B; A by strides, so that it may be a transpose */
ALWAYS_INLINE void block(int blockRows, int vectors, const real *a, long aRow, long aColumn, const real *b, const real *start,
                         real *c, int depth, long stride) {
  vector sums[BLOCK_ROWS][BLOCK_VECTORS];
#pragma GCC unroll 8
  for (int i = 0; i < blockRows; i++)
#pragma GCC unroll 8
    for (int j = 0; j < vectors; j++) sums[i][j] = start ? *(const vector *)(start + j * LANES) : (vector){0};
  for (int k = 0; k < depth; k++, a += aColumn, b += stride)
#pragma GCC unroll 8
    for (int i = 0; i < blockRows; i++)
#pragma GCC unroll 8
      for (int j = 0; j < vectors; j++) sums[i][j] += a[i * aRow] * *(const vector *)(b + j * LANES);
#pragma GCC unroll 8
  for (int i = 0; i < blockRows; i++)
#pragma GCC unroll 8
    for (int j = 0; j < vectors; j++) *(vector *)(c + i * stride + j * LANES) = sums[i][j];
}

ALWAYS_INLINE void panels(int blockRows, const real *a, long aRow, long aColumn, const real *b, const real *start, real *c,
                          int depth, int stride) {
  int j = 0;
  for (; j + BLOCK_VECTORS * LANES <= stride; j += BLOCK_VECTORS * LANES)
    block(blockRows, BLOCK_VECTORS, a, aRow, aColumn, b + j, start ? start + j : NULL, c + j, depth, stride);
  for (; j < stride; j += LANES) block(blockRows, 1, a, aRow, aColumn, b + j, start ? start + j : NULL, c + j, depth, stride);
}

/* C = start + A · B, count × depth · depth × stride */
static void product(const real *a, long aRow, long aColumn, const real *b, const real *start, real *c, int count, int depth,
                    int stride) {
  int i = 0;
  for (; i + BLOCK_ROWS <= count; i += BLOCK_ROWS)
    panels(BLOCK_ROWS, a + i * aRow, aRow, aColumn, b, start, c + (long)i * stride, depth, stride);
  for (; i < count; i++) panels(1, a + i * aRow, aRow, aColumn, b, start, c + (long)i * stride, depth, stride);
}

static real power(real exponent) { return sizeof(real) == 4 ? expf(exponent) : exp(exponent); }

static void softmax(real *row, int units, int stride) {
  real largest = row[0], sum = 0;
  for (int j = 1; j < units; j++) largest = row[j] > largest ? row[j] : largest;
  for (int j = 0; j < units; j++) sum += row[j] = power(row[j] - largest);
  for (int j = 0; j < units; j++) row[j] /= sum;
  for (int j = units; j < stride; j++) row[j] = 0;
}

static void activate(const Layer *layer, int count) {
  real *restrict nets = layer->outputs;
  long all = (long)count * layer->stride;
  if (layer->activation == RELU)
    for (long i = 0; i < all; i++) nets[i] = nets[i] > 0 ? nets[i] : 0;
  else if (layer->activation == SIGMOID)
    for (long i = 0; i < all; i++) nets[i] = 1 / (1 + power(-nets[i]));
  else
    for (int i = 0; i < count; i++) softmax(nets + (long)i * layer->stride, layer->units, layer->stride);
}

static void forward(const real *given, int count) {
  int stride = columns;
  for (Layer *layer = layers; layer < layers + layerCount; layer++) {
    product(given, stride, 1, layer->weights, layer->biases, layer->outputs, count, layer->inputs, layer->stride);
    activate(layer, count);
    given = layer->outputs;
    stride = layer->stride;
  }
}

static void outputDeltas(const real *wanted, int count) {
  const Layer *last = &layers[layerCount - 1];
  for (int i = 0; i < count; i++)
    for (int j = 0; j < outputs; j++) {
      real out = last->outputs[i * last->stride + j], error = out - wanted[i * outputs + j];
      last->deltas[i * last->stride + j] = isTutorial ? error * out * (1 - out) : error / count;
    }
}

static void deltasBelow(const Layer *layer, const Layer *below, int count) {
  for (int from = 0; from < layer->inputs; from++)
    for (int to = 0; to < layer->units; to++)
      layer->transposed[(long)to * below->stride + from] = layer->weights[(long)from * layer->stride + to];
  product(layer->deltas, layer->stride, 1, layer->transposed, NULL, below->deltas, count, layer->units, below->stride);
  real *restrict deltas = below->deltas;
  const real *restrict outs = below->outputs;
  long all = (long)count * below->stride;
  if (below->activation == RELU)
    for (long i = 0; i < all; i++) deltas[i] = outs[i] > 0 ? deltas[i] : 0;
  else
    for (long i = 0; i < all; i++) deltas[i] *= outs[i] * (1 - outs[i]);
}

static void backward(const real *given, const real *wanted, int count) {
  outputDeltas(wanted, count);
  for (int index = layerCount - 1; index >= 0; index--) {
    const Layer *layer = &layers[index], *below = layer - 1;
    const real *in = index ? below->outputs : given;
    product(in, 1, index ? below->stride : columns, layer->deltas, NULL, layer->weightGradients, layer->inputs, count,
            layer->stride);
    memset(layer->biasGradients, 0, layer->stride * sizeof(real));
    for (int i = 0; i < count; i++)
      for (int j = 0; j < layer->stride; j++) layer->biasGradients[j] += layer->deltas[i * layer->stride + j];
    if (index) deltasBelow(layer, below, count);
  }
}

static void adam(real *restrict parameters, const real *restrict gradients, real *restrict m, real *restrict v, long count) {
  real corrected = rate / (1 - pow(0.9, steps)), correction = 1 / (1 - pow(0.999, steps));
  for (long i = 0; i < count; i++) {
    m[i] = (real)0.9 * m[i] + (real)0.1 * gradients[i];
    v[i] = (real)0.999 * v[i] + (real)0.001 * gradients[i] * gradients[i];
    parameters[i] -= corrected * m[i] / ((real)sqrt(v[i] * correction) + (real)1e-8);
  }
}

static void descend(real *restrict parameters, const real *restrict gradients, long count) {
  for (long i = 0; i < count; i++) parameters[i] -= rate * gradients[i];
}

static void update(void) {
  steps++;
  for (Layer *layer = layers; layer < layers + layerCount; layer++) {
    long weights = (long)layer->inputs * layer->stride;
    if (isAdam) {
      adam(layer->weights, layer->weightGradients, layer->m[0], layer->v[0], weights);
      adam(layer->biases, layer->biasGradients, layer->m[1], layer->v[1], layer->stride);
    } else {
      descend(layer->weights, layer->weightGradients, weights);
      descend(layer->biases, layer->biasGradients, layer->stride);
    }
  }
}

static void gather(int first, int count) {
  for (int i = 0; i < count; i++) {
    memcpy(batchX + (long)i * columns, x + (long)order[first + i] * columns, columns * sizeof(real));
    memcpy(batchY + (long)i * outputs, y + (long)order[first + i] * outputs, outputs * sizeof(real));
  }
}

static void shuffle(void) {
  for (int i = rows - 1; i > 0; i--) {
    int other = (int)(uniform() * (i + 1)), row = order[i];
    order[i] = order[other];
    order[other] = row;
  }
}

static void run(int epochs) {
  for (int epoch = 0; epoch < epochs; epoch++) {
    if (shuffles) shuffle();
    for (int first = 0; first < rows; first += batchRows) {
      int count = rows - first < batchRows ? rows - first : batchRows;
      if (shuffles) gather(first, count);
      const real *given = shuffles ? batchX : x + (long)first * columns;
      const real *wanted = shuffles ? batchY : y + (long)first * outputs;
      forward(given, count);
      backward(given, wanted, count);
      update();
    }
  }
}

static void start(void) {
  steps = 0;
  for (Layer *layer = layers; layer < layers + layerCount; layer++) {
    long count = (long)layer->inputs * layer->stride;
    double reach = sqrt((layer->activation == RELU ? 6.0 : 3.0) / layer->inputs);
    for (long i = 0; i < count; i++)
      layer->weights[i] = i % layer->stride < layer->units ? (real)((2 * uniform() - 1) * reach) : 0;
    memset(layer->biases, 0, layer->stride * sizeof(real));
    for (int part = 0; part < 2; part++) {
      long size = (part ? layer->stride : count) * sizeof(real);
      memset(layer->m[part], 0, size);
      memset(layer->v[part], 0, size);
    }
  }
}

static void printPredictions(const char *name) {
  const Layer *last = &layers[layerCount - 1];
  printf(",\"%s\":[", name);
  for (int first = 0; first < rows; first += batchRows) {
    int count = rows - first < batchRows ? rows - first : batchRows;
    forward(x + (long)first * columns, count);
    for (int i = 0; i < count; i++)
      for (int j = 0; j < outputs; j++)
        printf("%s%.9g", first + i + j ? "," : "", (double)last->outputs[i * last->stride + j]);
  }
  printf("]");
}

static char *word(void) {
  static char text[4096];
  if (scanf("%4095s", text) != 1) exit(2);
  return text;
}

static real *readNumbers(const char *file, long count) {
  double *values = malloc(count * sizeof(double));
  real *numbers = allocate(count);
  FILE *stream = fopen(file, "rb");
  if (!stream || fread(values, sizeof(double), count, stream) != (size_t)count) exit(3);
  for (long i = 0; i < count; i++) numbers[i] = (real)values[i];
  fclose(stream);
  free(values);
  return numbers;
}

static void makeLayer(Layer *layer, int inputs, int units) {
  int stride = padded(units);
  long weights = (long)inputs * stride, rowsOfBatch = (long)batchRows * stride;
  layer->inputs = inputs;
  layer->units = units;
  layer->stride = stride;
  layer->weights = allocate(weights);
  layer->weightGradients = allocate(weights);
  layer->biases = allocate(stride);
  layer->biasGradients = allocate(stride);
  for (int part = 0; part < 2; part++) {
    layer->m[part] = allocate(part ? stride : weights);
    layer->v[part] = allocate(part ? stride : weights);
  }
  layer->outputs = allocate(rowsOfBatch);
  layer->deltas = allocate(rowsOfBatch);
  layer->transposed = allocate((long)units * padded(inputs));
}

/* Reads the task; returns the epochs of the whole job. */
static int readTask(int *stepsPerEpoch) {
  char *inputsFile = strdup(word()), *targetsFile = strdup(word());
  int sizes[MOST_LAYERS + 1];
  layerCount = atoi(word());
  for (int i = 0; i <= layerCount; i++) sizes[i] = atoi(word());
  for (int i = 0; i < layerCount; i++) {
    const char *name = word();
    layers[i].activation = !strcmp(name, "relu") ? RELU : !strcmp(name, "softmax") ? SOFTMAX : SIGMOID;
  }
  isTutorial = !strcmp(word(), "halfSquaredError");
  isAdam = !strcmp(word(), "adam");
  rate = (real)atof(word());
  rows = atoi(word());
  batchRows = atoi(word());
  shuffles = atoi(word());
  int epochs = atoi(word());
  *stepsPerEpoch = atoi(word());
  columns = sizes[0];
  outputs = sizes[layerCount];
  for (int i = 0; i < layerCount; i++) makeLayer(&layers[i], sizes[i], sizes[i + 1]);
  x = readNumbers(inputsFile, (long)rows * columns);
  y = readNumbers(targetsFile, (long)rows * outputs);
  batchX = allocate((long)batchRows * columns);
  batchY = allocate((long)batchRows * outputs);
  order = malloc(rows * sizeof(int));
  for (int row = 0; row < rows; row++) order[row] = row;
  return epochs;
}

int main(void) {
  int stepsPerEpoch, calls;
  int epochs = readTask(&stepsPerEpoch);
  start();
  printf("{\"dtype\":\"%s\"", sizeof(real) == 4 ? "float32" : "float64");
  printPredictions("before");
  double started = now();
  run(epochs);
  double spent = now() - started;
  printPredictions("after");
  int callEpochs = (int)fmax(1, fmin(epochs, CALL_SECONDS * epochs / spent));
  printf(",\"whole\":true,\"work\":%d,\"cold\":%.9g}\n", callEpochs * stepsPerEpoch, spent * 1000 / epochs / stepsPerEpoch);
  fflush(stdout);
  while (scanf("%d", &calls) == 1) {
    double sum = 0;
    for (; calls > 0; calls--) {
      start();
      started = now();
      run(callEpochs);
      sum += now() - started;
    }
    printf("%.9g\n", sum * 1000);
    fflush(stdout);
  }
  return 0;
}
