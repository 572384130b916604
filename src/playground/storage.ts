// What the page keeps between visits, in this browser alone. Storage may be refused or hold anything: then nothing is recalled.

const PREFIX = 'wasmprop.'

export function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value))
  } catch {
    // full or refused: the visit goes on, and the next one starts anew
  }
}

export function recall<T>(name: string, isValid: (value: unknown) => boolean): T | undefined {
  try {
    const text = localStorage.getItem(PREFIX + name)
    const value: unknown = text === null ? undefined : JSON.parse(text)
    return isValid(value) ? (value as T) : undefined
  } catch {
    return undefined
  }
}
