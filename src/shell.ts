// Words of command lines.

/** As a POSIX shell takes it for one word, whatever is in it */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text) && !/^[-=]/.test(text)) return text
  return `'${text.replaceAll("'", "'\\''")}'`
}
