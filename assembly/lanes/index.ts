// The build of lanes, a module of its own: what src/many/lanes.ts calls.
import { isFloat32 } from '../dtype'
import { train as trainOf } from './training'

/** The first address that is free for programs. */
export function freeAddress(): usize {
  return __heap_base
}

/**
 * Trains the networks of a program of lanes on at most `steps` batches; `lanes` is the address of their table. Comes back
 * early where one of them ends, and says why by one of the reasons in ids.ts.
 */
export function train(program: usize, lanes: usize, steps: u32): u32 {
  return isFloat32(program) ? trainOf<f32>(program, lanes, steps) : trainOf<f64>(program, lanes, steps)
}
