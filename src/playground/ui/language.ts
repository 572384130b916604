// For libraries that write numbers in the browser's language: WebKitGTK in the locale C calls that "C", which no formatter takes.
function isKnown(language: string): boolean {
  try {
    return new Intl.NumberFormat(language).format(1) !== ''
  } catch {
    return false
  }
}

/** To be called before views are loaded, which bring such libraries */
export function haveKnownLanguage(): void {
  if (!isKnown(navigator.language)) Object.defineProperty(navigator, 'language', { value: 'en', configurable: true })
}
