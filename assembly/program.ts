// The program: a network's description in linear memory, as byte offsets. Written by src/memory/layout.ts, read by everything
// in assembly/ and by src/engines/typescript. Bare constants: src/ imports this file too.
//
//   program                                     layers + n · LAYER_SIZE
//   ┌──────────────────────┬───────────────┐    ┌──────────────────────────┬──────────────────┐
//   │ u32 words 0 … 255    │ f64 256 … 511 │    │ u32 words 0 … 63         │ f64 64 … 127     │
//   └──────────────────────┴───────────────┘    └──────────────────────────┴──────────────────┘
//
// "Address" is a byte address in linear memory, a multiple of 64 unless said. Every stride is in bytes and a multiple of 16.

export const PROGRAM = 1024 // its address; the constants of the WebAssembly build lie below
export const PROGRAM_SIZE = 512

// What the network is
export const DTYPE = 0
export const LAYER_COUNT = 4
export const LAYERS = 8 // address of the first layer record
export const LOSS = 12
export const MEAN_OVER_ROWS = 16 // 1: the loss is divided by the rows of the batch
export const OPTIMIZER = 20
export const CONTAINS_ACTIVATION = 28 // 1: the loss' derivative is by the output layer's nets already
export const SEED = 24

// Parameters, gradients and optimizer states: blocks of PARAMETER_BYTES in the same layout; states follow one another
export const PARAMETERS = 32
export const GRADIENTS = 36
export const STATE = 40
export const PARAMETER_BYTES = 44

// Workspace: nothing in it outlives a step
export const BLOCK_ROWS = 48 // a batch is worked through in blocks of at most so many rows
export const INPUT_BLOCK = 52 // BLOCK_ROWS × INPUT_STRIDE
export const INPUT_STRIDE = 56
export const TARGET_BLOCK = 60 // BLOCK_ROWS × TARGET_STRIDE
export const TARGET_STRIDE = 64
export const LOSS_COLUMNS = 68 // f64 per output: the loss of the batch so far, summed over rows; as many for one row behind them
export const ZEROS = 72 // as wide as the widest row; never written
export const PACKED = 76 // PACKED_BYTES for a panel of a product's right-hand matrix, for each thread
export const TRANSPOSED = 80 // room for the transpose of the largest weights or block
export const TEAM = 84 // what the network's threads share; 0: there is one thread
export const UPDATE_BYTES = 88 // in the build with threads, of each block that an update covers; 0: all

// The data set that `train` runs over
export const DATA_INPUTS = 96 // DATA_ROWS × INPUT_STRIDE
export const DATA_TARGETS = 100 // DATA_ROWS × TARGET_STRIDE
export const DATA_ROWS = 104
export const BATCH_ROWS = 108
export const ORDER = 112 // u32 row numbers of a shuffled epoch; 0: the rows as they lie
export const POSITION = 116 // rows of the present epoch that are done
export const STOP_AT_EPOCH_END = 120
export const EPOCH_LOSSES = 124 // f64 per epoch that ended in this call
export const EPOCH_LOSSES_CAPACITY = 128
export const EPOCH_LOSSES_COUNT = 132
export const DECAYS_BIASES = 140
export const DECOUPLES_DECAY = 144 // 1: decay shrinks the parameters themselves (AdamW)
export const ADJUSTS_GRADIENTS = 148 // 1: any of L1 … WEIGHT_DECAY is set
export const RATES = 136 // f64 per step of this call; 0: LEARNING_RATE for all
export const SAMPLE_WEIGHTS = 152 // DATA_ROWS × WEIGHT_COLUMNS f64; 0: every row counts 1
export const WEIGHT_COLUMNS = 92 // 1, or one for every output
export const WEIGHT_BLOCK = 156 // BLOCK_ROWS × outputs f64
export const CLASS_TARGETS = 160 // 1: DATA_TARGETS has a class number per row, in DTYPE: src/training/batches.ts trains, `train` cannot

// f64
export const EPOCH = 256 // over the network's life
export const STEP = 264 // over the network's life
export const EPOCHS_LEFT = 272
export const EPOCH_SUM = 280 // the present epoch's loss so far, before LOSS_FACTOR
export const ORDERED_EPOCH = 288 // the epoch whose order lies in ORDER; -1: none
export const TARGET_LOSS = 296
export const LEARNING_RATE = 304
export const LOSS_FACTOR = 312 // loss = LOSS_FACTOR · sum of the terms, over the rows if MEAN_OVER_ROWS
export const GRADIENT_FACTOR = 320 // the same for the terms' derivatives
export const LOSS_PARAMETER = 336

// What is done to gradients before the optimizer sees them; 0: nothing
export const L1 = 344
export const L2 = 352
export const CLIP_VALUE = 360
export const CLIP_NORM = 368
export const WEIGHT_DECAY = 376

// Eight f64 that belong to the optimizer
export const OPTIMIZER_VALUES = 384
export const OPTIMIZER_VALUES_COUNT = 8
export const MOMENTUM = 384
export const NESTEROV = 392
export const BETA1 = 384
export const BETA2 = 392
export const EPSILON = 400
export const BETA1_POWER = 408 // beta1 to the number of steps done
export const BETA2_POWER = 416
export const AMSGRAD = 424
export const MOMENTUM_DECAY = 424
export const MOMENTUM_PRODUCT = 432 // of Nadam's momenta so far
export const MOMENTUM_DECAY_POWER = 440 // 0.96^(MOMENTUM_DECAY · steps done)
export const RHO = 384
export const RMSPROP_MOMENTUM = 392
export const CENTERED = 408
export const ETA_MINUS = 384
export const ETA_PLUS = 392
export const MIN_STEP = 400
export const MAX_STEP = 408
export const HAS_STEPS = 416 // Rprop: 0 before the first step
export const LBFGS_PAIRS = 400 // in the history of src/training/lbfgs.ts
export const LBFGS_NEXT_PAIR = 408 // where in the history the next one goes

// Layer records
export const LAYER_SIZE = 128
export const INPUTS = 0 // columns of the layer below, K
export const UNITS = 4 // N
export const ACTIVATION = 8
export const TRAINS_BIASES = 12
export const TRAINS_WEIGHTS = 60
export const STRIDE = 16 // of a row of WEIGHTS, NETS, OUTPUTS and DELTAS
export const WEIGHTS = 20 // K × N
export const BIASES = 24 // 1 × N, right behind the weights (aligned to 16)
export const WEIGHT_GRADIENTS = 28
export const BIAS_GRADIENTS = 32
export const NETS = 36 // block × N, pre-activations; OUTPUTS itself where nothing reads them later
export const OUTPUTS = 40 // block × N
export const DELTAS = 44 // block × N, ∂loss/∂net
export const DROPOUT_THRESHOLD = 48 // u32: outputs whose random word is below it are dropped; 0: none
export const DROPPED = 52 // block × N, the outputs as the next layer sees them in training
export const KEPT = 56 // block × N, what they were multiplied by: 0 or KEPT_FACTOR
export const ACTIVATION_PARAMETER = 64 // f64: slope or alpha
export const KEPT_FACTOR = 72 // f64: 1 / (1 − dropout)

// What the threads of a network share: the work that is being split. In parts, since a cache line that one thread writes
// is taken from the others.
//
//   ┌────────────┬──────────────┬────────────┬──────────────────────┐
//   │ TICKET 0   │ PENDING 64   │ work 128 … │ PROGRAM_COPY 192 …   │
//   └────────────┴──────────────┴────────────┴──────────────────────┘
export const TEAM_SIZE = 704
export const TICKET = 0 // u64: in its lower half the pieces that no thread has taken, in its upper the work's number
export const PENDING = 64 // u32: pieces that are not done
export const THREADS = 128
export const WORK = 132 // what is done: see assembly/team.ts
export const PIECE = 136 // rows or bytes that are a piece; 0: a piece is a panel of columns
export const A = 140
export const A_ROW = 144
export const A_COLUMN = 148
export const B = 152
export const S = 156
export const S_ROW = 160
export const C = 164
export const C_ROW = 168
export const ROWS = 172
export const DEPTH = 176
export const SPLIT_BYTES = 180 // u32: bytes from which a pass over memory is split
export const SPLIT_PRODUCT = 184 // f64: multiply-adds from which a product is split
export const PROGRAM_COPY = 192 // the program as an update of the parameters found it

// The table of the lanes, where networks are trained together, each in a lane of vectors: a program for all of them, whose
// matrices have elements of one or more vectors, and here what is each network's own, a number per lane.
export const MOST_LANES = 16
export const LANE_RATES = 0 // f64: learning rates, where RATES is 0; RATES has them by step and lane
export const LANE_EPOCHS = 128 // f64, over each network's life
export const LANE_SUMS = 256 // f64: losses of the present epoch so far, before LOSS_FACTOR
export const LANE_TARGETS = 384 // f64: target losses
export const LANE_LOSSES = 512 // f64: losses of the present epoch with the last batch
export const LANE_SEEDS = 640 // u32
export const LANE_COUNT = 704 // u32: a whole number of vectors
export const LANE_TABLE_SIZE = 768

// Sizes that both sides of the border keep to
export const PANEL_BYTES = 64 // columns of a product that are worked on together: one cache line
export const PANEL_DEPTH = 256 // rows of a packed panel
export const PACKED_BYTES = 16384 // PANEL_BYTES × PANEL_DEPTH
