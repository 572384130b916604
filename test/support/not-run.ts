// At the very end of a test run: which tests were not run, and how to get them run.
import type { Reporter, TestModule } from 'vitest/node'

export default class NotRun implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>) {
    const names = new Map<string, string[]>()
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result()
        if (result.state !== 'skipped' || result.note === undefined) continue
        names.set(result.note, [...(names.get(result.note) ?? []), `${module.relativeModuleId} > ${test.fullName}`])
      }
    }
    for (const [reason, tests] of names) {
      console.log(`NOT RUN, since ${reason}`)
      for (const test of tests) console.log(`  ${test}`)
    }
    if (names.size > 0) console.log('')
  }
}
