// Of which type a program's numbers are: f32 or f64, known when compiled in the builds for one of them.
import { FLOAT32 } from './ids'
import { DTYPE } from './program'

// @ts-ignore: decorator
@inline
export function isFloat32(program: usize): bool {
  if (isDefined(FLOAT32_ONLY)) return true
  if (isDefined(FLOAT64_ONLY)) return false
  return load<u32>(program, DTYPE) == FLOAT32
}
