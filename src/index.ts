// The public interface.

export { compareEngines, type EngineComparison } from './analysis/compare-engines.ts'
export { diagnose } from './analysis/diagnose/diagnose.ts'
export type { Finding, FindingCode } from './analysis/diagnose/finding.ts'
export { estimateMemory } from './analysis/estimate-memory.ts'
export { explain } from './analysis/explain/explain.ts'
export type {
  ExplainedLayer,
  ExplainedNeuron,
  ExplainedPath,
  ExplainedWeight,
  Explanation,
  TextOptions,
} from './analysis/explain/explanation.ts'
export {
  checkGradients,
  type GradientCheck,
  type GradientCheckOptions,
  type Kink,
  type LayerGradientCheck,
} from './analysis/gradient-check.ts'
export type { ConfigChanges } from './config/changes.ts'
export type {
  Arithmetic,
  EngineChoice,
  LayerConfig,
  NetworkConfig,
  ScalingChoice,
  ScalingName,
} from './config/config.ts'
export type { FlatInput, MatrixInput, Predictions, RowsInput } from './data/forms.ts'
export type { ScalingJSON } from './data/scaling.ts'
export { type ErrorCode, WasmpropError } from './errors.ts'
export { crossValidate } from './many/cross-validate.ts'
export type {
  CrossValidateOptions,
  CrossValidation,
  Fold,
  RankedValidation,
  Scores,
  TrainedNetwork,
  TrainManyOptions,
} from './many/options.ts'
export { trainMany } from './many/train-many.ts'
export type { LayerWeights } from './memory/parameters.ts'
export type { ModelJSON, ModelOptions, RestoreOptions } from './model/json.ts'
export {
  createNetwork,
  type EngineInfo,
  type Gradients,
  type LayerInfo,
  type Network,
} from './network/network.ts'
export { networkFromJSON, restoreNetwork } from './network/restore.ts'
export type { NumericArray } from './numerics/typed.ts'
export type { Dtype } from './numerics/values.ts'
export type { Average, Evaluation, MetricChoice, MetricName, Metrics } from './prediction/metrics.ts'
export type { ActivationChoice, ActivationName } from './tables/activations.ts'
export type { InitializerChoice, InitializerName } from './tables/initializers.ts'
export type { LossChoice, LossName } from './tables/losses.ts'
export type { OptimizerChoice, OptimizerName } from './tables/optimizers.ts'
export type { LearningRate, Schedule } from './tables/schedules.ts'
export type {
  EarlyStopping,
  EpochProgress,
  EvaluateOptions,
  ResumeOptions,
  StopReason,
  StreamOptions,
  TrainOptions,
  TrainProgress,
  Validated,
} from './training/options.ts'
export type { TrainResult, ValidatedResult } from './training/result.ts'
export type { StreamBatch, StreamSource } from './training/stream.ts'
export type { Timeline } from './training/timeline.ts'
