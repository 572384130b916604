interface Host {
  readonly process?: { getBuiltinModule?(name: 'node:worker_threads'): typeof import('node:worker_threads') }
}

/** node:worker_threads where the host has it. Not imported, since bundlers for pages would look for the module. */
export function nodeThreads(): typeof import('node:worker_threads') | undefined {
  return (globalThis as Host).process?.getBuiltinModule?.('node:worker_threads')
}
