// The testing build: everything of index.ts, and the kernels one by one.
import { exp, log as logs, log1p as logs1p, tanh } from './kernels/exponential'
import { peak } from './kernels/peak'
import { product } from './kernels/product'
import { transpose, columnSums } from './kernels/matrix'
import { VECTOR } from './kernels/vector'

export * from './index'
export { threefry, shuffle } from './random'

export function expFloat32(values: usize, bytes: usize): void {
  for (const end = values + bytes; values < end; values += VECTOR) v128.store(values, exp<f32>(v128.load(values)))
}

export function expFloat64(values: usize, bytes: usize): void {
  for (const end = values + bytes; values < end; values += VECTOR) v128.store(values, exp<f64>(v128.load(values)))
}

export function tanhFloat32(values: usize, bytes: usize): void {
  for (const end = values + bytes; values < end; values += VECTOR) v128.store(values, tanh<f32>(v128.load(values)))
}

export function tanhFloat64(values: usize, bytes: usize): void {
  for (const end = values + bytes; values < end; values += VECTOR) v128.store(values, tanh<f64>(v128.load(values)))
}

export function log(x: f64): f64 {
  return f64x2.extract_lane(logs(f64x2.splat(x)), 0)
}

export function log1p(x: f64): f64 {
  return f64x2.extract_lane(logs1p(f64x2.splat(x)), 0)
}

export function productFloat32(
  a: usize, aRow: usize, aColumn: usize, b: usize, s: usize, sRow: usize, c: usize,
  rows: u32, depth: u32, stride: usize, packed: usize,
): void {
  product<f32>(a, aRow, aColumn, b, s, sRow, c, rows, depth, stride, packed)
}

export function productFloat64(
  a: usize, aRow: usize, aColumn: usize, b: usize, s: usize, sRow: usize, c: usize,
  rows: u32, depth: u32, stride: usize, packed: usize,
): void {
  product<f64>(a, aRow, aColumn, b, s, sRow, c, rows, depth, stride, packed)
}

export function transposeFloat32(source: usize, sourceStride: usize, rows: u32, columns: u32, target: usize, targetStride: usize): void {
  transpose<f32>(source, sourceStride, rows, columns, target, targetStride)
}

export function transposeFloat64(source: usize, sourceStride: usize, rows: u32, columns: u32, target: usize, targetStride: usize): void {
  transpose<f64>(source, sourceStride, rows, columns, target, targetStride)
}

export function columnSumsFloat32(d: usize, stride: usize, rows: u32, sums: usize, adds: bool): void {
  columnSums<f32>(d, stride, rows, sums, adds)
}

export function columnSumsFloat64(d: usize, stride: usize, rows: u32, sums: usize, adds: bool): void {
  columnSums<f64>(d, stride, rows, sums, adds)
}

/** 16 · 4 (or 2) operations a turn on 8 accumulators: what a multiply and an add reach on this machine. */
export function peakFloat32(turns: u32, at: usize): void {
  peak<f32>(turns, at)
}

export function peakFloat64(turns: u32, at: usize): void {
  peak<f64>(turns, at)
}
