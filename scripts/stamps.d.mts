// For tests in TypeScript: see stamps.mjs.
export function stampOf(paths: readonly string[], ...words: string[]): string
export function isMade(path: string, stamp: string): boolean
export function makeOnce(path: string, stamp: string, make: () => unknown): Promise<void>
