// In which order the files of tests begin: those that drive the page and those of processes and browsers before those of functions,
// of which each takes a moment, so that none that takes long is left over for a single processor at the end.
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** By their project in vitest.config.ts */
const FIRST = ['page', 'side by side']
/** Minutes, with many waits between */
const KILLS = 'test/node/kill.test.ts'

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rankOf = ({ project, moduleId }: TestSpecification) => {
      if (moduleId.endsWith(KILLS)) return 0
      return FIRST.indexOf(project.name) + 1 || FIRST.length + 1
    }
    return sorted.sort((a, b) => rankOf(a) - rankOf(b))
  }
}
