// Ids that stand for names in linear memory. Bare constants: src/ imports this file too.

export const FLOAT32 = 0
export const FLOAT64 = 1

// Activations
export const LINEAR = 0
export const SIGMOID = 1
export const TANH = 2
export const RELU = 3
export const SOFTMAX = 4
export const LEAKY_RELU = 5
export const ELU = 6
export const SELU = 7
export const GELU = 8
export const GELU_TANH = 9
export const SOFTPLUS = 10
export const SILU = 11
export const MISH = 12

// Losses. Half and mean squared error are one, so are Huber's and the smooth L1: they differ in the program's factors.
export const SQUARED_ERROR = 0
export const BINARY_CROSS_ENTROPY = 1
export const CATEGORICAL_CROSS_ENTROPY = 2
export const ABSOLUTE_ERROR = 3
export const HUBER = 4
export const QUANTILE = 5

// Optimizers
export const SGD = 0
export const ADAM = 1
export const RMSPROP = 2
export const ADAGRAD = 3
export const ADADELTA = 4
export const ADAMAX = 5
export const NADAM = 6
export const RPROP = 7
export const LBFGS = 8 // takes its steps in src/training/lbfgs.ts

// Purposes of random numbers: one use never shifts another.
export const INITIALIZATION = 0
export const SHUFFLE = 1
export const DROPOUT = 2
export const VALIDATION_SPLIT = 3
export const GRADIENT_CHECK = 4
export const CROSS_VALIDATION = 5
export const TABLE_FOLDS = 6
export const TABLE_IMPORTANCE = 7
export const TABLE_SAMPLE = 8

// What `evaluate` does beside adding up the loss: flags
export const DIFFERENTIATES = 1 // the backward pass as well
export const DROPS = 2 // outputs are dropped, as in training
export const WEIGHS_OUTPUTS = 4 // there is a weight for every output of a row, not one for the row
export const GIVES_DERIVATIVES = 8 // what lies at `targets` are the derivatives of the loss by the outputs

// Why `train` came back
export const SLICE_ENDED = 0 // the steps asked for are done, or an epoch ended where that was asked for
export const EPOCHS_ENDED = 1
export const TARGET_REACHED = 2
export const DIVERGED = 3 // a batch's loss is not finite; that batch changed nothing
export const CONVERGED = 4 // nothing changes any more: only an optimizer that searches says so, src/training/full-batch.ts
