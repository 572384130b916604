// The public interface.
export type { ActivationChoice, ActivationName } from './activations.ts'
export { compareEngines, type EngineComparison } from './compare-engines.ts'
export type {
  Arithmetic,
  Dtype,
  EngineChoice,
  LayerConfig,
  NetworkConfig,
  ScalingChoice,
  ScalingName,
} from './config.ts'
export type { StopReason } from './course.ts'
export {
  type CrossValidateOptions,
  type CrossValidation,
  crossValidate,
  type Fold,
  type Scores,
} from './cross-validate.ts'
export { diagnose, type Finding, type FindingCode } from './diagnose.ts'
export { type ErrorCode, WasmpropError } from './errors.ts'
export { estimateMemory } from './estimate-memory.ts'
export {
  type ExplainedLayer,
  type ExplainedNeuron,
  type ExplainedPath,
  type ExplainedWeight,
  type Explanation,
  explain,
} from './explain.ts'
export type { TextOptions } from './explain-text.ts'
export {
  checkGradients,
  type GradientCheck,
  type GradientCheckOptions,
  type Kink,
  type LayerGradientCheck,
} from './gradient-check.ts'
export type { InitializerChoice, InitializerName } from './initializers.ts'
export type { ModelJSON, ModelOptions } from './json.ts'
export type { LossChoice, LossName } from './losses.ts'
export type { FlatInput, MatrixInput, NumericArray, Predictions } from './matrix.ts'
export type { Average, MetricChoice, MetricName, Metrics } from './metrics.ts'
export {
  createNetwork,
  type EngineInfo,
  type Gradients,
  type LayerInfo,
  type Network,
} from './network.ts'
export type { OptimizerChoice, OptimizerName } from './optimizers.ts'
export type { LayerWeights } from './parameters.ts'
export { networkFromJSON, restoreNetwork } from './saved.ts'
export type { ScalingJSON } from './scaling.ts'
export type { LearningRate, Schedule } from './schedules.ts'
export type { RestoreOptions } from './snapshot.ts'
export type { StreamBatch, StreamSource } from './stream.ts'
export type { Timeline } from './timeline.ts'
export { type TrainedNetwork, type TrainManyOptions, trainMany } from './train-many.ts'
export type { EarlyStopping, EpochProgress, ResumeOptions, StreamOptions, TrainOptions } from './train-options.ts'
export type { TrainResult } from './training.ts'
